"""WebSocketLog: a line at the end of each connection, in a file or to a program."""

import os
import re

import pytest

from harness.config import location
from harness.logs import Log
from harness.waiting import wait_until

OWN_FORM = "%{scheme} %{server} %{path} %{user} %{code} %{messages-in} %{reason} 100%%"
SITE = location("/ws/echo") + location("/ws/basic", "AuthType Basic", 'AuthName "x"',
                                       "AuthUserFile @ROOT@/conf/users", "Require valid-user")
DEFAULT = re.compile(
    r'127\.0\.0\.1 (?P<user>\S+) \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "(?P<path>[^"]*)" '
    r'(?P<code>\d+) \d+\.\d{3} (?P<numbers>\d+ \d+ \d+ \d+) "(?P<cause>[^"]*)" '
    r'"(?P<reason>[^"]*)" [0-9a-f]{16}')


def lines(server, name, count):
    """The log's lines, when there are so many."""
    log = Log(server.folder / "logs" / name)
    found = wait_until(lambda: len(log.since(0)) >= count and log.since(0), f"{count} lines")
    assert len(found) == count, found
    return found


def test_file_and_program(start_httpd):
    """The default form for all, a form of its own and a program for one virtual host. Also with no
    line in the error log."""
    server = start_httpd(SITE, main="WebSocketLog logs/ends\n", log_level="warn", bystander=False,
                         tls=f'WebSocketLog "|$exec /bin/cat >> @ROOT@/logs/program" "{OWN_FORM}"\n')
    assert oct((server.folder / "logs" / "ends").stat().st_mode & 0o077) != oct(0o066)
    peer = server.connect("/ws/basic?token=secret", replace={"Authorization":
                                                             "Basic YWxpY2U6c2VjcmV0"})
    peer.echo("four")
    peer.close_frame(4001, 'good "bye"')
    peer.expect_close(4001)
    line, = lines(server, "ends", 1)
    found = DEFAULT.fullmatch(line)
    assert found, line
    assert (found["user"], found["path"], found["code"]) == ("alice", "/ws/basic", "4001")
    assert found["numbers"] == f"1 {6 + 4 + 6 + 2 + 10} 1 {2 + 4 + 2 + 2 + 10}"
    assert (found["cause"], found["reason"]) == ("closed by the peer", r"good \x22bye\x22")
    server.connect("/ws/echo").reset()
    assert '"/ws/echo" 1006 ' in lines(server, "ends", 2)[1]
    peer = server.connect("/ws/echo", "wss")
    peer.close()
    line, = lines(server, "program", 1)
    assert line == "wss localhost /ws/echo - 1000 0 - 100%"
    assert "secret" not in (server.folder / "logs" / "ends").read_text()


def test_off_for_one_host(start_httpd):
    server = start_httpd(SITE, main="WebSocketLog logs/ends\n", tls="WebSocketLog off\n")
    server.connect("/ws/echo", "wss").close()
    server.connect("/ws/echo", "ws").close()
    wait_until(lambda: len(server.log.find(0, r"session \w+ ended:")) >= 2, "both ends")
    line, = lines(server, "ends", 1)
    assert '"/ws/echo" 1000 ' in line


def test_no_loop_waits_for_a_stuck_program(start_httpd):
    """Its pipe is full and nobody reads: lines are left out and counted, and sessions go on."""
    pipe = "@ROOT@/tmp/stuck"
    server = start_httpd(
        location("/ws/echo"), log_level="warn",
        main=f'WebSocketLog "|/bin/sh -c \'mkfifo {pipe}; cat {pipe}; cat\'" "'
             + "x" * 4000 + '"\n', allowed=(r"WebSocketLog: \d+ lines are missing here",))
    peer = server.connect("/ws/echo")
    # The pipe takes 64 KiB, the queue 1 MiB.
    for _ in range(330):
        other = server.connect("/ws/echo")
        other.close()
    peer.echo("still there")
    peer.abandon()
    fifo = server.folder / "tmp" / "stuck"
    with open(os.open(fifo, os.O_WRONLY), "wb"):
        pass
    wait_until(lambda: server.log.find(0, r"WebSocketLog: \d+ lines are missing here"),
               "the number of lines left out")


@pytest.mark.parametrize("line, fault", (
    ("WebSocketLog", "takes 1-2 arguments"),
    ("WebSocketLog off x", 'nothing follows "off"'),
    ("WebSocketLog nowhere/ends", r"can't be written, for there is no directory"),
    ('WebSocketLog logs/ends "%{nothing}"', r'"%{nothing}" is no field; there are %% %{bytes-in}'),
))
def test_configtest(prepare_httpd, line, fault):
    accepted, output = prepare_httpd(main=line + "\n").configtest()
    assert not accepted and fault in output, output
