"""What a program sends to a Location with SetHandler websocket-publish."""

import hashlib
import hmac
import json
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import quote

PATH = "/ws/publish"
KEY = "0123456789abcdef0123456789abcdef"


def location(path=PATH, *lines):
    """A <Location> to publish at, for local programs."""
    inner = "".join(f"    {line}\n" for line in ("SetHandler websocket-publish",
                                                 "Require local", *lines))
    return f"<Location {path}>\n{inner}</Location>\n"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.get = response.headers.get
        self.text = response.read().decode()
        self.json = json.loads(self.text) if self.get("Content-Type") == "application/json" else {}


class Publisher:
    """One program; each call is a connection of its own."""

    def __init__(self, server, path=PATH, scheme="ws", timeout=20, **headers):
        self.server, self.path, self.scheme, self.timeout = server, path, scheme, timeout
        self.headers = headers

    def _connection(self):
        if self.scheme == "ws":
            return HTTPConnection("localhost", self.server.port, timeout=self.timeout)
        return HTTPSConnection("localhost", self.server.tls_port, timeout=self.timeout,
                               context=self.server.client_context())

    def call(self, method, path="", body=None, **headers):
        with closing(self._connection()) as connection:
            names = {name.replace("_", "-"): value
                     for name, value in {**self.headers, **headers}.items()}
            connection.request(method, self.path + path, body, names)
            return Answer(connection.getresponse())

    def post(self, channel, body="hello", **headers):
        """channel: what follows the Location, without its slash; it may have a query."""
        return self.call("POST", f"/{channel}" if channel else "",
                         body.encode() if isinstance(body, str) else body, **headers)

    def publish(self, channel, body="hello", **headers):
        """A publish that must succeed: the answer's JSON."""
        answer = self.post(channel, body, **headers)
        assert answer.status == 200, f"{answer.status} {answer.text}"
        return answer.json

    def facts(self, channel):
        answer = self.call("GET", f"/{quote(channel)}")
        assert answer.status == 200, answer.text
        return answer.json


def signature(method, target, body, key=KEY, seconds=None, content_type="", idempotency_key=""):
    """The X-WebSocket-Signature of a request."""
    seconds = str(int(time.time()) if seconds is None else seconds)
    head = "\n".join((seconds, method, target, content_type, idempotency_key, ""))
    text = head.encode() + body
    return f"t={seconds},v1={hmac.new(key.encode(), text, hashlib.sha256).hexdigest()}"
