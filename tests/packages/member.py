"""A member of the chat who resumes: keeps the place of what it heard, and asks from there."""

import json

from harness.peer import Peer


class Member:
    def __init__(self, connect, name):
        self.connect, self.name = connect, name
        self.heard, self.position = [], None
        self.peer: Peer = None
        self.come()

    def come(self):
        """Connects and joins; afterwards `heard` has what was missed, too."""
        self.peer = self.connect("/ws/chat/upgrades", replace={"Sec-WebSocket-Protocol": "chat.v1"})
        self.say(type="hello", name=self.name)
        self.wait_for("welcome")
        since = {"since": self.position} if self.position else {}
        self.say(type="join", **since)
        joined = self.wait_for("joined")
        assert joined.get("recovered", True), joined
        for message in joined["messages"]:
            self.hear(message)
        self.position = joined["position"]

    def say(self, **fields):
        self.peer.text(json.dumps(fields))

    def wait_for(self, kind):
        while (message := json.loads(self.peer.read_message()))["type"] != kind:
            if message["type"] == "message":
                self.hear(message)
        return message

    def hear(self, message):
        self.heard.append(message["text"])
        self.position = message["position"]

    def listen(self):
        self.hear(self.wait_for("message"))
