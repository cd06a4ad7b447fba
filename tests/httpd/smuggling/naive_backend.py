"""A server that can be smuggled to: what the lab must find out about.

It refuses upgrades and goes on with the connection, takes no body of such a request, and has a
path that answers 101 and then goes on with HTTP.
"""

import socketserver
import threading

SECRET = b"what only a direct request gets"
PATH = "/internal/secret"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            while self._one():
                pass
        except (ConnectionError, ValueError):
            pass

    def _one(self):
        line = self.rfile.readline(65536)
        if not line.strip():
            return bool(line)
        words = line.decode("latin-1").split()
        headers = {}
        while (field := self.rfile.readline(65536).decode("latin-1").strip()):
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        path = words[1] if len(words) > 1 else ""
        self.server.requests.append(path)
        if "upgrade" not in headers and headers.get("content-length", "").isdigit():
            self.rfile.read(int(headers["content-length"]))
        self._answer(path, headers)
        return True

    def _answer(self, path, headers):
        if path == "/ws/confused":
            self.wfile.write(b"HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        elif "upgrade" in headers:
            self._page(b"426 Upgrade Required", b"no")
        else:
            self._page(b"200 OK", SECRET if path == PATH else b"a page")

    def _page(self, status, body):
        self.wfile.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


class NaiveBackend(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.tls_port = self.server_address[1]
        self.requests = []  # paths
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
