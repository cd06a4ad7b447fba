"""Settings with which the MPM would end child processes under live WebSockets: each is a warning
at the start and in configtest, with the line to write."""

import re
import signal

import pytest

from harness import build
from harness.config import location
from harness.waiting import wait_until

BAD = {
    "event": ("ServerLimit 3", "MaxRequestWorkers 75", "MaxSpareThreads 30"),
    "worker": ("ServerLimit 3", "MaxRequestWorkers 75", "MaxSpareThreads 30"),
    "prefork": ("ServerLimit 5", "MaxRequestWorkers 5", "MaxSpareServers 4"),
}
ADVICE = {
    "event": ["MaxConnectionsPerChild 0", "MaxSpareThreads 75", "ServerLimit 6"],
    "worker": ["MaxConnectionsPerChild 0", "MaxSpareThreads 75"],
    "prefork": ["MaxConnectionsPerChild 0", "MaxSpareServers 5"],
}
WARNING = r"\[websocket:warn\].* write \"(.*)\"$"


def advice(server, mark=0):
    return sorted(re.search(WARNING, line)[1] for line in server.log.find(mark, WARNING))


def advice_before(server):
    """That of configtest."""
    accepted, output = server.configtest()
    assert accepted, output
    return sorted(re.findall(WARNING, output, re.MULTILINE))


@pytest.fixture
def start(start_httpd):
    def start(*lines, site=location("/ws/echo")):
        return start_httpd(site, bystander=False, main="\n".join(lines) + "\n",
                           allowed=[WARNING, r"AH00171|AH00493"])
    return start


def test_R9_R10_advice_is_given_and_helps(start, mpm):
    server = start(*BAD[mpm], "MaxConnectionsPerChild 1000")
    assert advice(server) == advice_before(server) == ADVICE[mpm]
    # ServerLimit changes with a stop only.
    server.settle()
    server.stop()
    mark = server.log.mark()
    for line in ADVICE[mpm]:
        server.text = re.sub(rf"^{line.split()[0]} .*$", line, server.text, flags=re.MULTILINE)
    server.start()
    assert not advice(server, mark) and not advice_before(server)


def test_R49_told_once_a_start(start, mpm):
    server = start("MaxConnectionsPerChild 1000")
    assert advice(server) == ["MaxConnectionsPerChild 0"]
    mark = server.log.mark()
    server.signal(signal.SIGUSR1)
    wait_until(lambda: server.log.find(mark, "resuming normal operations"), "the restart", 20)
    assert advice(server, mark) == ["MaxConnectionsPerChild 0"]


def test_R49_none_for_a_server_without_websockets(start, mpm):
    server = start(*BAD[mpm], "MaxConnectionsPerChild 1000", site="")
    assert not advice(server) and not advice_before(server)


def test_R10_none_for_the_example(prepare_httpd, mpm):
    """conf/examples/mpm_*.conf as they are."""
    example = (build.SOURCE / "conf" / "examples" / f"mpm_{mpm}.conf").read_text()
    names = "|".join(re.findall(r"^(\w+)", example, re.MULTILINE))
    server = prepare_httpd(location("/ws/echo"), bystander=False)
    server.text = re.sub(rf"^({names}) .*\n", "", server.text, flags=re.MULTILINE) + example
    server.start()  # fails on any warning
    server.connect("/ws/echo").close()
    server.settle()
    server.stop()
