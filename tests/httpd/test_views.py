"""What an administrator sees: mod_status' page, its ?auto, and SetHandler websocket-metrics."""

import http.client
import json
import os
import re
import signal
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness import channels
from harness.channels import Talker
from harness.config import location
from harness.frames import text
from harness.ports import free_ports
from harness.waiting import limit, wait_until

DASHBOARD = Path(__file__).parents[2] / "conf" / "grafana" / "mod_websocket.json"
PAGE = Path(__file__).parents[2] / "mod_ws" / "docs" / "metrics.md"
VIEWS = """
<Location /server-status>
    SetHandler server-status
    Require local
</Location>
<Location /metrics>
    SetHandler websocket-metrics
    Require local
</Location>
"""
ECHO = ('location="/ws/echo"', 'plugin="echo"')


def site():
    return VIEWS + location("/ws/echo") + location("/ws/<b>&") + channels.location()


@pytest.fixture(scope="module")
def server(session_httpd):
    # Prometheus' connection leaves prefork's only child between two scrapes.
    return session_httpd(site(), modules=("status",),
                         main="AllowEncodedSlashes NoDecode\nKeepAliveTimeout 100ms\n")


def get(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=limit(10))
    try:
        connection.request(method, path, headers={"Host": "localhost", "Connection": "close",
                                                  **headers})
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def metrics(server):
    """name -> [(labels, value)]"""
    found = {}
    for line in get(server, "/metrics")[1].splitlines():
        if match := re.fullmatch(r"(\w+)(?:\{(.*)\})? ([0-9.]+)", line):
            found.setdefault(match[1], []).append((match[2] or "", float(match[3])))
        else:
            assert line.startswith(("# HELP ", "# TYPE ")), line
    return found


def value(server, name, *labels):
    """The sum of the samples with all of these labels."""
    return sum(number for have, number in metrics(server).get(name, [])
               if all(label in have for label in labels))


def wait_for_value(server, wanted, name, *labels):
    wait_until(lambda: value(server, name, *labels) == wanted,
               lambda: f"{name}{labels} to be {wanted}:\n{get(server, '/metrics')[1]}")


def auto(server):
    """mod_status' lines that are ours."""
    _, body = get(server, "/server-status?auto")
    return dict(line.split(": ", 1) for line in body.splitlines() if line.startswith("WebSocket"))


class Rows(HTMLParser):
    """Of our tables on mod_status' page: the cells that are not empty."""

    def __init__(self, server):
        super().__init__()
        self.rows = []
        _, page = get(server, "/server-status")
        self.source = page[page.index("<h2>WebSockets</h2>"):page.index("<p>Calls of")]
        self.feed(self.source)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data):
        if self.rows and data.strip():
            self.rows[-1].append(data)

    def find(self, cell):
        row, = (row for row in self.rows if cell in row)
        return row


def test_counts_of_a_connection(case):
    server, scheme = case.server, case.scheme
    names = ("websocket_messages_received_total", "websocket_messages_sent_total",
             "websocket_received_bytes_total", "websocket_sent_bytes_total",
             "websocket_connections_opened_total", "websocket_connections_closed_total")
    before = {name: value(server, name, *ECHO) for name in names}
    by_code = value(server, "websocket_connections_closed_total", 'code="4xxx"', *ECHO)
    open_before = value(server, "websocket_connections", f'scheme="{scheme}"', *ECHO)
    peer = case.connect()
    wait_for_value(server, open_before + 1, "websocket_connections", f'scheme="{scheme}"', *ECHO)
    peer.echo("four")
    peer.echo("and five")
    peer.close_frame(4001)
    peer.expect_close(4001)
    wait_for_value(server, open_before, "websocket_connections", f'scheme="{scheme}"', *ECHO)
    grown = {name: value(server, name, *ECHO) - before[name] for name in names}
    # Headers of 6 and 2 bytes; two messages, and a Close with a code.
    assert grown == dict(zip(names, (2, 2, 6 + 4 + 6 + 8 + 8, 2 + 4 + 2 + 8 + 4, 1, 1)))
    assert value(server, "websocket_connections_closed_total", 'code="4xxx"', *ECHO) == by_code + 1


def test_refused_handshakes_by_status(case):
    before = value(case.server, "websocket_handshakes_refused_total", 'status="403"', *ECHO)
    case.refused(403, replace={"Origin": "https://elsewhere.example"})
    assert value(case.server, "websocket_handshakes_refused_total", 'status="403"',
                 *ECHO) == before + 1


def test_callbacks_are_timed(case):
    labels = ('callback="on_message"', *ECHO)
    before = value(case.server, "websocket_callback_seconds_count", *labels)
    peer = case.connect()
    peer.echo()
    wait_for_value(case.server, before + 1, "websocket_callback_seconds_count", *labels)
    assert value(case.server, "websocket_callback_failures_total", *labels) == 0


def test_slowest_callback(start_httpd):
    """Steps of the clock are 4 ms at most."""
    server = start_httpd(VIEWS + location("/ws/slow", plugin="@plugin:misbehave@"),
                         modules=("status",))
    peer = server.connect("/ws/slow")
    peer.text("block 60")
    assert peer.read_message() == "block"
    labels = ('callback="on_message"', 'plugin="misbehave"')
    wait_until(lambda: value(server, "websocket_callback_slowest_seconds", *labels) >= 0.05,
               "the slow call")
    assert value(server, "websocket_callback_seconds_sum", *labels) >= 0.05
    assert int(auto(server)["WebSocketSlowestCallMs"]) >= 50
    assert re.fullmatch(r"\d+ on_message", Rows(server).find("/ws/slow")[-2])
    peer.abandon()


def test_bus(server):
    """Everything that is published passes it."""
    turns = value(server, "websocket_bus_delay_seconds_count")
    talker = Talker(server.connect(channels.PATH))
    talker.subscribe("room")
    talker.say("publish", "room", 0, "hello")
    assert talker.texts(1) == ["hello"]
    talker.leave()
    assert value(server, "websocket_bus_delay_seconds_count") > turns
    assert value(server, "websocket_bus_gaps_total") == 0


def test_methods_and_form_of_metrics(server):
    answer, body = get(server, "/metrics")
    assert answer.getheader("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE websocket_messages_received_total counter\n" in body
    assert "# EOF" not in body
    answer, body = get(server, "/metrics", Accept="application/openmetrics-text;version=1.0.0,*/*")
    assert answer.getheader("content-type") \
        == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert "# TYPE websocket_messages_received counter\n" in body
    assert body.endswith("\n# EOF\n")
    answer, body = get(server, "/metrics", "HEAD")
    assert (answer.status, body) == (200, "") and int(answer.getheader("content-length")) > 0
    for method in ("POST", "DELETE", "OPTIONS"):
        answer, _ = get(server, "/metrics", method)
        assert (answer.status, answer.getheader("allow")) == (405, "GET, HEAD")


def test_every_metric_is_documented(case):
    case.connect().echo()
    wait_for_value(case.server, 0, "websocket_callback_failures_total")
    told = set(re.findall(r"^# TYPE (\w+)", get(case.server, "/metrics")[1], re.MULTILINE))
    assert told == set(re.findall(r"^\| `(websocket_\w+)` ", PAGE.read_text(), re.MULTILINE))


def test_promtool_finds_no_fault(server):
    _, body = get(server, "/metrics")
    done = subprocess.run(["promtool", "check", "metrics"], input=body, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout) == (0, "")


def test_status_page(case):
    server = case.server
    case.connect("/ws/%3Cb%3E&").echo()
    page = Rows(server)
    assert page.rows[0][:3] == ["Server", "Location", "Plugin"]
    assert page.find("/ws/<b>&")[:3] == ["localhost", "/ws/<b>&", "echo"]
    assert "<b>" not in page.source
    states = [row for row in page.rows if "serving" in row]
    assert {int(row[0]) for row in states} == set(server.children())


def test_status_lines(case):
    server = case.server
    before = int(auto(server)["WebSocketConnections"])
    case.connect().echo()
    wait_until(lambda: int(auto(server)["WebSocketConnections"]) == before + 1, "one more")
    lines = auto(server)
    tls = [int(lines[name]) for name in lines if name.endswith("ConnectionsTLS")]
    assert sum(tls[1:]) == tls[0]
    index, = (re.search(r"\[(\d+)\]", name)[1] for name, path in lines.items()
              if name.endswith("]Path") and path == "/ws/echo")
    assert lines[f"WebSocketLocation[{index}]Plugin"] == "echo"
    for direction in ("In", "Out"):
        assert float(lines[f"WebSocketLocation[{index}]Messages{direction}PerSec"]) > 0
    assert lines["WebSocketProcesses"] == "1" and lines["WebSocketProcessesDraining"] == "0"


def test_messages_that_slow_clients_miss(start_httpd):
    server = start_httpd(VIEWS + channels.location(
        channels.PATH, "WebSocketSlowClient drop", "WebSocketSendQueue 64K",
        "WebSocketMessageTimeout 10min"), modules=("status",))
    slow = server.open(receive_buffer=65536).upgrade(channels.PATH)
    Talker(slow).subscribe("room")
    talker = server.connect(channels.PATH)
    assert talker.pump(text("publish room 0 0 " + "p" * 60_000) * 300, 60)
    wait_for_value(server, 300, "websocket_messages_published_total")
    wait_until(lambda: value(server, "websocket_messages_dropped_total") > 0, "dropped messages")
    assert value(server, "websocket_send_queue_bytes") > 0
    lines, page, (pid,) = auto(server), Rows(server), server.children()
    assert int(lines["WebSocketMessagesDropped"]) > 0 and int(lines["WebSocketBytesWaiting"]) > 0
    assert page.rows[0][-3] == "Dropped" and int(page.find(channels.PATH)[-3]) > 0
    assert int(page.find(str(pid))[-2]) > 0
    slow.abandon()
    wait_for_value(server, 0, "websocket_send_queue_bytes")
    talker.abandon()


def test_totals_outlive_children(start_httpd):
    """Restarted, crashed: no counter goes back, and nobody is open who is gone."""
    server = start_httpd(site(), modules=("status",), main="WebSocketDrain off\n", child_limit=4,
                         allowed=(r"exit signal Killed",))
    peers = [server.connect("/ws/echo", scheme) for scheme in ("ws", "wss")]
    for peer in peers:
        peer.echo()
    old, = server.children()
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: server.children() and server.children() != [old], "a new child")
    wait_for_value(server, 0, "websocket_connections", *ECHO)
    assert value(server, "websocket_connections_closed_total", 'code="lost"', *ECHO) == 2
    assert value(server, "websocket_messages_received_total", *ECHO) == 2
    last = server.connect("/ws/echo")
    last.echo()
    wait_for_value(server, 1, "websocket_connections", *ECHO)
    assert value(server, "websocket_messages_received_total", *ECHO) == 3
    mark = server.log.mark()
    old, = server.children()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: server.log.find(mark, "resuming normal operations"), "the restart")
    wait_for_value(server, 1, "websocket_processes", "draining")
    lines = auto(server)
    assert (lines["WebSocketProcessesDraining"], lines["WebSocketConnectionsDraining"]) == ("1", "1")
    assert re.match(r"draining for \d+ s, 0 of 1 closed", Rows(server).find(str(old))[2])
    last.close()
    wait_for_value(server, 0, "websocket_connections", *ECHO)
    assert value(server, "websocket_messages_received_total", *ECHO) == 3
    assert value(server, "websocket_connections_closed_total", *ECHO) == 3
    assert value(server, "websocket_connections_closed_total", 'code="lost"', *ECHO) == 2
    for peer in peers:
        peer.abandon()


def test_any_child_tells_of_all(start_httpd, mpm):
    server = start_httpd(site(), modules=("status",), **channels.many_children(mpm, prefork=5))
    peers = channels.connect_spread(server, 20)
    in_channels = 'location="/ws/channels"'
    for _ in range(2 * len(server.children())):
        wait_for_value(server, 20, "websocket_connections", in_channels)
    assert value(server, "websocket_processes", "serving") == len(server.children())
    rows = re.findall(r"<td>(\d+)</td><td>\d+</td><td>serving</td><td>(\d+)</td>",
                      get(server, "/server-status")[1])
    assert {int(pid): int(count) for pid, count in rows} == {
        pid: len(own) for pid, own in channels.by_child(server, peers).items()}
    for peer in peers:
        peer.abandon()


def test_not_from_htaccess(start_httpd):
    """Whoever may write .htaccess is not shown the whole server."""
    server = start_httpd(location("/ws/echo"), main="<Directory @ROOT@/htdocs>\n"
                         "AllowOverride FileInfo\n</Directory>\n")
    folder = server.folder / "htdocs" / "own"
    folder.mkdir()
    (folder / "page.txt").write_text("a page\n")
    (folder / ".htaccess").write_text("SetHandler websocket-metrics\n")
    answer, body = get(server, "/own/page.txt")
    assert "websocket_" not in body, (answer.status, body)


@pytest.fixture(scope="module")
def prometheus(server, tmp_path_factory):
    """A Prometheus that scrapes the server; its API: f(path, **query)."""
    folder = tmp_path_factory.mktemp("prometheus")
    port, = free_ports(1)
    (folder / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "httpd", "metrics_path": "/metrics",
                            "static_configs": [{"targets": [f"localhost:{server.port}"]}]}]}))
    process = subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/db",
         f"--web.listen-address=127.0.0.1:{port}"], stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT)

    def ask(query):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit(10))
        try:
            connection.request("POST", "/api/v1/query", f"query={query}",
                               {"Content-Type": "application/x-www-form-urlencoded"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, ValueError):
            return None
        finally:
            connection.close()
        assert answer["status"] == "success", answer
        return answer["data"]["result"]
    yield ask
    process.terminate()
    process.wait(limit(20))


def test_prometheus_reads_it(server, prometheus):
    wait_until(lambda: (prometheus("up") or [{"value": [0, "0"]}])[0]["value"][1] == "1",
               "a scrape that it understood", 30)
    found = prometheus("websocket_processes")
    assert {one["metric"]["state"] for one in found} == {"serving", "draining"}


def test_dashboard_asks_for_what_there_is(server, prometheus):
    dashboard = json.loads(DASHBOARD.read_text())
    assert dashboard["uid"] == "mod_websocket" and dashboard["schemaVersion"] >= 36
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    known = set(re.findall(r"^# TYPE (\w+)", get(server, "/metrics")[1], re.MULTILINE))
    known |= {name + end for name in known for end in ("_sum", "_count")}
    wait_until(lambda: prometheus("up") is not None, "Prometheus", 30)
    for panel in dashboard["panels"]:
        assert {"title", "type", "gridPos", "targets"} <= set(panel), panel
        for target in panel["targets"]:
            names = set(re.findall(r"websocket_\w+", target["expr"]))
            assert names and names <= known, (panel["title"], names - known)
            query = target["expr"].replace("$__rate_interval", "1m").replace("$server", ".*")
            assert prometheus(query.replace("+", "%2B").replace("&", "%26")) is not None
