"""BAD_INPUT A20-A31: Origin, subprotocols, extensions, and headers in masses."""

import time

import pytest

from harness.frames import text
from harness.waiting import limit


@pytest.mark.parametrize("origin", (
    "https://evil", "https://good.example.evil", "https://evilgood.example", "http://good.example",
    "https://good.example:8443", "https://good.example.", "https://good.example/",
    "https://xn--gd-fka.example", "https://good.example@evil", "good.example", "//good.example",
    "https://good.example, https://evil", "https://good.example https://evil", "null", "",
    "file://", "https://", "http://plain.example", "http://plain.example:80800",
    "https://good.example:443x", "https://good.example\\.evil", "*",
))
def test_A20_origin_not_in_list(case, origin):
    response = case.refused(403, "/ws/origins", replace={"Origin": origin})
    if origin and origin not in "https:// file://":
        assert origin.encode() not in response.body


@pytest.mark.parametrize("origin", (
    "https://good.example", "HTTPS://Good.Example", "https://good.example:443",
    "http://plain.example:8080",
))
def test_A20_origin_in_list(case, origin):
    case.connect("/ws/origins", replace={"Origin": origin}).echo()


@pytest.mark.parametrize("host, origin, status", (
    ("localhost", "{scheme}://localhost", 101),
    ("LocalHost", "{scheme}://LOCALHOST", 101),
    ("localhost:8080", "{scheme}://localhost:8080", 101),
    ("localhost", "{scheme}://localhost.evil", 403),
    ("localhost", "{scheme}://other", 403),
    ("localhost:8080", "{scheme}://localhost:8081", 403),
    ("localhost", "{scheme}://user@localhost", 403),
    ("localhost", "ftp://localhost", 403),
    ("localhost", "null", 403),
))
def test_A20_same_host_by_default(case, host, origin, status):
    origin = origin.format(scheme="http" if case.scheme == "ws" else "https")
    fields = {"replace": {"Host": host, "Origin": origin}}
    if status == 101:
        case.connect(**fields).echo()
    else:
        case.refused(status, **fields)


def test_A20_same_host_with_the_port_of_the_listener(case):
    """What a browser sends: Host and Origin both carry the port."""
    address = f"localhost:{case.server.address(case.scheme)[1]}"
    origin = f"{'http' if case.scheme == 'ws' else 'https'}://{address}"
    case.connect(replace={"Host": address, "Origin": origin}).echo()


def test_A20_any(case):
    case.connect("/ws/any", replace={"Origin": "https://evil"}).echo()


@pytest.mark.parametrize("path", ("/ws/echo", "/ws/origins", "/ws/required"))
def test_A21_null_origin(case, path):
    case.refused(403, path, replace={"Origin": "null"})


@pytest.mark.parametrize("path", ("/ws/any", "/ws/null"))
def test_A21_null_origin_where_configured(case, path):
    case.connect(path, replace={"Origin": "null"}).echo()


def test_A22_no_origin(case):
    case.connect().echo()
    case.connect("/ws/origins").echo()
    case.refused(403, "/ws/required")


@pytest.mark.parametrize("origin", (
    ["http://localhost", "http://localhost"], ["http://localhost", "https://evil"],
    "http://" + "a" * 8000, b"http://localhost\x1b[31m", b"http://localhost\rX: y",
    b"http://localhost\xff", b"http://local\thost",
), ids=lambda origin: repr(origin)[:40])
def test_A23_odd_origin(case, origin):
    response = case.request(replace={"Origin": origin})
    assert response.status in (400, 403)
    for line in case.server.log.since(case.mark):
        assert line.startswith("["), line
        assert "\x1b" not in line and len(line) < 2000, line


BAD_SUBPROTOCOLS = (
    "a\x01b", "a b", "a;b", "a,,b", ",", "a,", ",a", "a, a", "chat, superchat, chat", "(a)", "a/b",
    "a\"b", "\xe9", "", "@", "{}", "b" + " " * 8000 + "x", "b" + "," * 8000,
    "b" + " ," * 4000 + " x",
)


@pytest.mark.parametrize("value", BAD_SUBPROTOCOLS, ids=lambda value: repr(value)[:20])
def test_A24_subprotocol_syntax(case, value):
    begin = time.monotonic()
    case.refused(400, replace={"Sec-WebSocket-Protocol": value})
    assert time.monotonic() - begin < limit(1)


@pytest.mark.parametrize("lines", (
    [",".join(f"p{i}" for i in range(start, start + 1000)) for start in range(0, 5000, 1000)],
    [f"p{i}" for i in range(90)], ",".join(f"p{i}" for i in range(33)),
), ids=("5000 names", "90 lines", "33 names"))
def test_A25_too_many_subprotocols(case, lines):
    case.refused(400, replace={"Sec-WebSocket-Protocol": lines})


def test_A25_as_many_subprotocols_as_allowed(case):
    case.connect(replace={"Sec-WebSocket-Protocol": ",".join(f"p{i}" for i in range(32))}).echo()


@pytest.mark.parametrize("offer", ("chat", "a, b, c", ["a", "b"]), ids=repr)
def test_A26_unknown_subprotocol(case, offer):
    peer = case.connect(replace={"Sec-WebSocket-Protocol": offer})
    assert peer.response.get("sec-websocket-protocol") is None
    peer.echo()


@pytest.mark.parametrize("value", (
    'a; b="' + "\\c" * 4000, 'a; b="', 'a; b="x', "a; b=\"x\" y", "a;", "a; ;b", ",", "a b", "=",
    "a; =b", "a;b=", 'a;b="\x01"', "a" + " " * 8000 + "b", "a;" * 2000, 'a; b="\\', "a, , ;",
    'a;b="c d"',
), ids=lambda value: repr(value)[:24])
def test_A28_extension_syntax(case, value):
    begin = time.monotonic()
    case.refused(400, replace={"Sec-WebSocket-Extensions": value})
    assert time.monotonic() - begin < limit(1)


DEFLATE = "permessage-deflate"


DECLINED = (
    *(f"{DEFLATE}; {name}={bits}" for name in ("server_max_window_bits", "client_max_window_bits")
      for bits in ("7", "16", "08", "+9", "a9", "9a", "-9", "abc", "99999999999999999999")),
    f"{DEFLATE}; server_max_window_bits=8", f"{DEFLATE}; server_max_window_bits",
    f"{DEFLATE}; server_max_window_bits=9; server_max_window_bits=10",
    f"{DEFLATE}; client_max_window_bits; client_max_window_bits",
    f"{DEFLATE}; server_no_context_takeover; server_no_context_takeover", f"{DEFLATE}; unknown",
    f"{DEFLATE}; client_no_context_takeover=1", f"{DEFLATE}; server_no_context_takeover=true",
    "x-webkit-deflate-frame", "foo, bar; baz=2",
)


@pytest.mark.parametrize("path", ("/ws/echo", "/ws/deflated"))
@pytest.mark.parametrize("offer", DECLINED)
def test_A29_declined_extension(case, offer, path):
    peer = case.connect(path, replace={"Sec-WebSocket-Extensions": offer})
    assert peer.response.get("sec-websocket-extensions") is None
    peer.echo()
    peer.send(text("x", rsv=4))
    peer.expect_failure(1002)


@pytest.mark.parametrize("offer", (DEFLATE, f"{DEFLATE}; client_max_window_bits", f"foo, {DEFLATE}",
                                   f"{DEFLATE}; unknown, {DEFLATE}"))
def test_A29_good_offer_where_compression_is_off(case, offer):
    peer = case.connect(replace={"Sec-WebSocket-Extensions": offer})
    assert peer.response.get("sec-websocket-extensions") is None
    peer.echo()


@pytest.mark.parametrize("bad", DECLINED)
def test_A29_good_offer_behind_a_bad_one(case, bad):
    peer = case.connect("/ws/deflated", replace={"Sec-WebSocket-Extensions": f"{bad}, {DEFLATE}"})
    assert peer.response.get("sec-websocket-extensions").startswith(DEFLATE)
    peer.echo()


@pytest.mark.parametrize("path", ("/ws/echo", "/ws/deflated"))
@pytest.mark.parametrize("value", (", ".join([DEFLATE] * 200), [DEFLATE] * 60,
                                   [f"x{i}" for i in range(60)],
                                   ", ".join([f"{DEFLATE}; unknown"] * 15 + [DEFLATE] * 15)),
                         ids=("one line", "60 lines", "60 names", "the 16th"))
def test_A30_many_offers(case, value, path):
    """Compression is agreed on at most once."""
    begin = time.monotonic()
    peer = case.connect(path, replace={"Sec-WebSocket-Extensions": value})
    assert time.monotonic() - begin < limit(1)
    agreed = path == "/ws/deflated" and DEFLATE in value
    assert (peer.response.get("sec-websocket-extensions") or "").count(DEFLATE) == agreed
    peer.echo()


def test_A30_more_offers_than_are_read(case):
    offers = ", ".join([f"{DEFLATE}; unknown"] * 200 + [DEFLATE])
    peer = case.connect("/ws/deflated", replace={"Sec-WebSocket-Extensions": offers})
    assert peer.response.get("sec-websocket-extensions") is None
    peer.echo()


@pytest.mark.parametrize("path, extra, status", (
    ("/ws/echo", [(f"X-{i}", "y") for i in range(101)], 400),
    ("/ws/echo", [("X-Long", "y" * 9000)], 400),
    ("/ws/echo/" + "y" * 9000, [], 414),
), ids=("fields", "field", "uri"))
def test_A31_masses(case, path, extra, status):
    case.allow("AH00565|AH00561|AH00562")
    response = case.request(path, extra=extra)
    assert response.status == status
    assert not case.lines("websocket:")
