"""The servers that are measured, in the order of the table's columns."""

from .limit import Limit
from .mod_websocket import ModWebsocket, ModWebsocketChildren
from .nchan import Nchan
from .node_ws import NodeWs
from .proxied_ws import ProxiedWs


def all_servers(build):
    return [Limit(build), ModWebsocket(build), ModWebsocketChildren(build), NodeWs(build), ProxiedWs(build), Nchan(build)]
