"""The rows of the table: what is measured, and what we want to reach.

A goal in microseconds belongs to the machine on which `reference_limit` was measured. Elsewhere
it is scaled by the limit that the same run measures.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    kind: str  # echo, fanout, handshake, page, idle, recover: the mode of bench_load; quiet: echo
    tls: bool = False
    connections: int = 100  # fanout: subscribers
    size: int = 20
    depth: int = 1
    quick: bool = False  # also with --quick
    goal: float | None = None  # absolute, in `unit`
    reference_limit: float | None = None  # the limit where `goal` was set
    scale_row: str | None = None  # whose limit scales the goal; None: its own
    goal_of_row: tuple[str, float] | None = None  # a row of the same server, times a factor

    @property
    def unit(self):
        return "bytes" if self.kind == "idle" else "us"


def echo(size_name, size, depth, tls=False, connections=100, **more):
    scheme = "wss" if tls else "ws"
    plain = f"echo-{size_name.replace(' ', '')}-d{depth}"
    return Row(name=plain + ("-wss" if tls else ""),
               title=f"echo {size_name}, depth {depth}, {scheme}", kind="echo", tls=tls,
               connections=connections, size=size, depth=depth,
               scale_row=plain if tls else None, **more)


def fanout(subscribers, window, tls=False, **more):
    suffix = "-wss" if tls else ""
    return Row(name=f"fanout-{subscribers}-w{window}{suffix}",
               title=f"fan-out of 100 B to {subscribers:,}, {window} in flight"
                     f"{', wss' if tls else ''}, per delivery",
               kind="fanout", tls=tls, connections=subscribers, size=100, depth=window,
               scale_row=f"fanout-{subscribers}-w{window}" if tls else None, **more)


ROWS = (
    echo("20 B", 20, 1, quick=True, goal=3.8, reference_limit=3.76),
    echo("20 B", 20, 16, quick=True, goal=0.25, reference_limit=0.235),
    echo("1 KiB", 1024, 1, goal=3.8, reference_limit=3.75),
    echo("1 KiB", 1024, 16, goal=0.38, reference_limit=0.34),
    echo("64 KiB", 65536, 1, quick=True, goal=18, reference_limit=14.7),
    echo("64 KiB", 65536, 16, connections=16),
    echo("20 B", 20, 1, tls=True, quick=True, goal=5.6, reference_limit=3.76),
    echo("20 B", 20, 16, tls=True),
    echo("1 KiB", 1024, 1, tls=True),
    echo("1 KiB", 1024, 16, tls=True, goal=1.3, reference_limit=0.34),
    echo("64 KiB", 65536, 1, tls=True, goal=65, reference_limit=14.7),
    echo("64 KiB", 65536, 16, tls=True, connections=16),
    fanout(1000, 1, quick=True, goal=2.6, reference_limit=2.4),
    fanout(1000, 16, goal=0.19, reference_limit=0.17),
    fanout(10000, 1, goal=3.8, reference_limit=3.4),
    fanout(1000, 1, tls=True, goal=4.1, reference_limit=2.4),
    Row("publish-quiet", "echo 100 B and a publish without subscribers, depth 16", "quiet",
        size=100, depth=16, quick=True),
    Row("recover-1000", "1,000 clients at once recover 20 messages of 100 B, per client", "recover",
        connections=1000, size=100, depth=20, quick=True),
    Row("page", "small static page, new connection", "page", connections=64, quick=True),
    Row("handshake-ws", "handshake, ws", "handshake", connections=64, quick=True,
        goal_of_row=("page", 1.3)),
    Row("page-tls", "small static page, new TLS connection", "page", tls=True, connections=64,
        quick=True),
    Row("handshake-wss", "handshake, wss (ECDSA P-256)", "handshake", tls=True, connections=64,
        quick=True, goal_of_row=("page-tls", 1.1)),
    Row("idle-ws", "idle connection, ws, user space", "idle", connections=10000, quick=True,
        goal=250),
    Row("idle-wss", "idle connection, wss, user space", "idle", tls=True, connections=10000,
        quick=True, goal=14000),
)

# --quick: few connections, so that a cell takes about a second.
QUICK_CONNECTIONS = {"fanout": 200, "idle": 2000, "recover": 200}


def connections_of(row, quick):
    return min(row.connections, QUICK_CONNECTIONS.get(row.kind, row.connections)) if quick \
        else row.connections
