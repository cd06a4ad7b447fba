"""Clients of the notifications plugin, and what a site publishes to them."""

import json
from urllib.parse import quote

from . import config
from .publisher import Publisher

PATH = "/ws/notifications"
GUESTS = "/ws/news"
ALICE = {"Authorization": "Basic YWxpY2U6c2VjcmV0", "Sec-WebSocket-Protocol": "notifications.v1"}
BOB = {"Authorization": "Basic Ym9iOmh1bnRlcjI=", "Sec-WebSocket-Protocol": "notifications.v1"}
AUTH = ("AuthType Basic", 'AuthName "x"', "AuthUserFile @ROOT@/conf/users", "Require valid-user")


def locations(*options):
    """Users at PATH, guests at GUESTS; both may follow news and offers.*"""
    lines = [f"WebSocketPluginOption {option}" for option in
             ('topics "news offers.*"', "rate 1000", "burst 10000", *options)]
    return (config.location(PATH, *AUTH, *lines, plugin="notifications") +
            config.location(GUESTS, *lines, plugin="notifications"))


class Tab:
    """One browser tab. Keeps what a page would: the list, the badge, where it stopped."""

    def __init__(self, peer, since=None):
        self.peer = peer
        self.shown = {}  # id -> the notification
        self.unread = None
        self.positions = since or {}
        self.replayed = []
        self.say("hello", **({"since": since} if since else {}))
        self.you = self.hear("welcome")["you"]
        self.ready = self.hear("ready")
        self.positions = self.ready["positions"]

    def say(self, kind, **fields):
        self.peer.text(json.dumps({"type": kind, **fields}))

    def hear(self, kind, **fields):
        """The next message of this type with these fields; the page follows what comes before."""
        while True:
            message = json.loads(self.peer.read_message())
            assert message["type"] != "error" or kind == "error", message
            self.follow(message)
            if message["type"] == kind and fields.items() <= message.items():
                return message

    def follow(self, message):
        self.unread = message.get("unread", self.unread)
        if message["type"] == "notification":
            assert message["id"] not in self.shown, f"{message} a second time"
            self.shown[message["id"]] = message
            if message.get("replay"):
                self.replayed.append(message["title"])
            self.positions[message["topic"] or ""] = message["position"]
        for gone in message["ids"] if message["type"] == "removed" else ():
            self.shown.pop(gone, None)

    def read(self, *ids):
        self.say("read", **({"ids": ids} if ids else {"all": True}))

    def title(self, title):
        """The notification of this title, once it came."""
        for found in self.shown.values():
            if found["title"] == title:
                return found
        return self.hear("notification", title=title)

    def titles(self):
        return [found["title"] for found in self.shown.values()]

    def leave(self):
        self.peer.close()
        self.peer.abandon()


class Site(Publisher):
    """The PHP site."""

    def tell(self, user, title, **fields):
        return self.publish(f"users/{quote(user)}?history=1000", json.dumps({"title": title, **fields}),
                            Content_Type="application/json")

    def tell_all(self, topic, title, **fields):
        return self.publish(f"{topic}?history=100", json.dumps({"title": title, **fields}),
                            Content_Type="application/json")
