"""npm ws on node: one process, no compression, no client tracking, as its README advises."""

import os
from pathlib import Path

from runner import places

from .server import Server

SCRIPT = Path(__file__).with_name("node_ws.cjs")


def why_missing():
    if not places.find_program("node"):
        return "node is not installed"
    if not places.node_modules():
        return "npm package ws is not installed (tests/npm, or NODE_PATH)"
    return None


def start_node(server, *arguments, ports):
    server.start([places.find_program("node"), SCRIPT, *arguments], *ports,
                 env=os.environ | {"NODE_PATH": str(places.node_modules()),
                                   "NODE_ENV": "production"})


class NodeWs(Server):
    name = "node-ws"
    title = "Node ws"

    def missing(self):
        return why_missing()

    def launch(self, connections):
        ports = (self.port(False), self.port(True))
        start_node(self, *ports, self.certificate, self.key, ports=ports)
