"""httpd with mod_proxy in front of npm ws: what one does today. Each tunnel keeps a thread.

Both processes count. httpd gets as many threads as the row has connections, with small stacks.
"""

from runner import places, processes

from .httpd import Httpd
from .node_ws import start_node, why_missing

THREADS_PER_CHILD = 1000
SPARE_THREADS = 100
IDLE_CONNECTIONS = 1000

CONFIGURATION = """\
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
ProxyTimeout 300
ProxyPass / http://127.0.0.1:{backend}/ upgrade=websocket
"""


class ProxiedWs(Httpd):
    name = "proxied-ws"
    title = "httpd + mod_proxy + Node ws"

    def missing(self):
        return super().missing() or why_missing()

    def idle_connections(self, wanted):
        return min(wanted, IDLE_CONNECTIONS)

    def launch(self, connections):
        backend = processes.free_port()
        start_node(self, backend, ports=(backend,))
        wanted = connections + SPARE_THREADS
        children = -(-wanted // THREADS_PER_CHILD)
        self.start_httpd(self.threads(children, -(-wanted // children)), CONFIGURATION.format(
            modules=places.httpd_modules(), backend=backend))
