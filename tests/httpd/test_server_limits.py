"""WebSocketMaxConnections, WebSocketLoops, several children and several instances."""

from harness import deflate, processes, witness
from harness.config import location
from harness.frames import CONTINUATION, frame, text
from harness.waiting import wait_until

import pytest


@pytest.mark.parametrize("scheme", ("ws", "wss"))
def test_A40_max_connections(start_httpd, scheme):
    server = start_httpd(location("/ws/echo"), main="WebSocketMaxConnections 3\n",
                         bystander=False)
    peers = [server.connect("/ws/echo", scheme) for _ in range(3)]
    peer = server.open(scheme)
    response = peer.request()
    assert response.status == 503
    assert int(response.get("retry-after")) >= 1
    assert "close" in response.get("connection")
    peer.expect_end()
    peer.abandon()
    for peer in peers:
        peer.echo("still here")
    assert server.get("/", scheme)[0] == 200
    last = peers.pop()
    last.close()
    last.abandon()

    def room_again():
        attempt = server.open(scheme)
        status = attempt.request().status
        if status != 101:
            attempt.abandon()
            return None
        return attempt
    another = wait_until(room_again, "room for a third")
    another.echo()
    for peer in (*peers, another):
        peer.close()
    server.allowed.append(r"\[websocket:.*(WebSocketMaxConnections|connections)")


def test_loops(start_httpd, mpm):
    server = start_httpd(witness.location("/ws/witness") + location("/ws/echo"),
                         main="WebSocketLoops 2\n")
    peers = [server.connect("/ws/witness", scheme) for scheme in ("ws", "wss") * 10]
    told = [witness.ask(peer, "instance") for peer in peers]
    assert len({one["thread"] for one in told}) == 2, "both loops have sessions"
    for one, peer in zip(told, peers):
        assert witness.ask(peer, "instance")["thread"] == one["thread"], "pinned to its loop"
    for peer in peers:
        peer.close()


def test_one_loop_thread_by_default(start_httpd):
    """Started with the first connection, and none per connection."""
    server = start_httpd(location("/ws/echo"), bystander=False)
    pid, = server.children()
    server.get()
    before = processes.threads(pid)
    assert "ws-loop-0" not in processes.thread_names(pid)
    peers = [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss") * 20]
    own = processes.thread_names(pid)
    assert [name for name in own if "loop" in name] == ["ws-loop-0"]
    assert processes.threads(pid) - before <= len({"ws-loop-0", "ws-log", "ws-watchdog", "ws-parent"})
    for peer in peers:
        peer.close()


def test_no_thread_without_connections(start_httpd):
    """A server that nobody connects to has the threads that it had before."""
    server = start_httpd(location("/ws/echo"), bystander=False)
    plain = start_httpd(bystander=False)
    for one in (server, plain):
        one.get()
    wait_until(lambda: [processes.threads(pid) for pid in server.children()]
               == [processes.threads(pid) for pid in plain.children()], "equal thread counts")


def test_instances_in_several_children(start_httpd, mpm):
    """Each child has its own; each tells its own pid."""
    server = start_httpd(witness.location("/ws/witness"), children=3)
    seen = set()

    def another_child():
        peer = server.connect("/ws/witness")
        seen.add(int(witness.ask(peer, "instance")["pid"]))
        peer.close()
        return len(seen) >= 2
    if mpm != "prefork":  # which of them accepts is the kernel's choice
        assert not seen - set(server.children())
        another_child()
    else:
        another_child()
    assert seen <= set(server.children())


def test_a_worker_is_free_again_at_once(start_httpd, mpm):
    """More connections than workers, and pages are served all the same."""
    server = start_httpd(location("/ws/echo"), threads=4)
    peers = [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss") * 20]
    for _ in range(10):
        assert server.get("/", "ws")[0] == server.get("/", "wss")[0] == 200
    for peer in peers:
        peer.echo()
        peer.close()


def test_R17_unfinished_messages_have_a_bound_together(start_httpd):
    """A few bytes each become much: those with the most are closed, the others go on."""
    server = start_httpd(location("/ws/echo", "WebSocketCompression on"),
                         main="WebSocketReceiveMemory 1M\n", log_level="warn websocket:info",
                         allowed=["clients were closed with 1013"])

    def begin(size):
        peer = server.connect("/ws/echo", extra=deflate.OFFER)
        stream = deflate.deflater()
        peer.send(text(deflate.deflated("x" * size, stream) + deflate.TAIL, rsv=deflate.RSV1,
                       fin=False))
        return peer, stream
    small, stream = begin(1000)
    large = [begin(700_000)[0] for _ in range(5)]
    wait_until(lambda: len(server.log.find(0, "no room for the rest of its message")) >= 4,
               "the ends of four of them")
    for peer in large:
        peer.abandon()
    small.send(frame(CONTINUATION, deflate.deflated("!", stream)))
    assert deflate.inflated(small.read_frame().payload) == b"x" * 1000 + b"!"
    small.close()
    small.abandon()
