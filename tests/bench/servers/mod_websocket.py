"""mod_websocket in httpd: event MPM, one child with 25 threads, or four; release build, pings and rates off."""

from .httpd import Httpd

CONFIGURATION = """\
LoadModule websocket_module {module}
WebSocketPingInterval off
WebSocketHandshakeRate off
WebSocketMessageRate off
WebSocketControlRate off
<Location /echo>
  WebSocketPlugin {echo}
</Location>
<Location /fanout>
  WebSocketPlugin {fanout}
</Location>
"""


class ModWebsocket(Httpd):
    name = "mod_websocket"
    title = "mod_websocket (event)"
    kinds = (*Httpd.kinds, "page", "quiet", "recover")
    children = 1

    def missing(self):
        for file in (self.build.module, self.build.echo_plugin, self.build.fanout_plugin):
            if not file.exists():
                return f"{file.name} is not built"
        return super().missing()

    def path(self, kind):
        return "/small.html" if kind == "page" else super().path(kind)

    def launch(self, connections):
        self.start_httpd(self.threads(self.children, threads=25), CONFIGURATION.format(
            module=self.build.module, echo=self.build.echo_plugin,
            fanout=self.build.fanout_plugin))


class ModWebsocketChildren(ModWebsocket):
    name = "mod_websocket-4"
    title = "mod_websocket, 4 children"
    kinds = ("fanout", "quiet", "recover")
    children = 4
