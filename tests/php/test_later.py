"""DeferredPublisher in php-fpm and in mod_php: who waits for what, and what is never sent."""

import socket
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import TOP
from harness import php
from harness.waiting import limit


@pytest.fixture(params=["fpm", "mod_php"])
def server(request, start_httpd):
    fpm = php.Fpm() if request.param == "fpm" else None
    page = (TOP / "tests/php/server/later.php").read_text()
    kind = fpm or php.ModPhp()
    made = start_httpd("event" if fpm else "prefork", children=2 if fpm else 8, modules=php.MODULES,
                       load="" if fpm else kind.load(),
                       more=f'{kind.site()}SetEnv PHP_SDK "{TOP}/plugin_sdk/php"\n',
                       pages={"later.php": page},
                       allowed=[r"RuntimeException: uncaught|thrown in|Stack trace|#0 \{main\}"])
    yield made
    if fpm:
        fpm.stop()


@pytest.fixture
def target():
    """What the page publishes to: the test accepts and answers when it likes to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(limit(20))
        yield listening


def get(server, target, how, cookie=""):
    """(status, text, cookie) of the page."""
    query = urllib.parse.urlencode({"url": "http://127.0.0.1:%d/" % target.getsockname()[1], "how": how})
    request = urllib.request.Request(f"http://localhost:{server.port}/later.php?{query}",
                                     headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=limit(20)) as answer:
            return answer.status, answer.read().decode(), answer.headers.get("Set-Cookie", "").split(";")[0]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), ""


def take(target):
    """The next message that comes: (its connection, the message)."""
    connection, _ = target.accept()
    connection.settimeout(limit(20))
    data = b""
    while b"\r\n\r\n" not in data or data.endswith(b"\r\n\r\n"):
        data += connection.recv(65536)
    return connection, data.partition(b"\r\n\r\n")[2].decode()


def answer(connection):
    body = b'{"channel":"later","epoch":"1","offset":"1","subscribers":0}'
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    connection.close()


def test_nothing_is_sent_after_a_bad_end(server, target):
    for how in ("by an exception", "with an error page"):
        assert get(server, target, how)[0] == 500
    thread = threading.Thread(target=get, args=(server, target, "by exit"))
    thread.start()
    connection, message = take(target)
    assert message == "by exit"
    answer(connection)
    thread.join()


# mod_php cannot end an answer early.
@pytest.mark.parametrize("server", ["fpm"], indirect=True)
def test_the_visitor_has_the_page_first(server, target):
    status, text, cookie = get(server, target, "well")
    assert (status, text) == (200, "The page ends well.")
    first, message = take(target)
    assert message == "well"
    # Not answered yet: the visitor's next request does not wait for the session of this one.
    assert get(server, target, "well", cookie)[0] == 200
    second, _ = take(target)
    answer(first)
    answer(second)
