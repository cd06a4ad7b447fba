"""nginx, HAProxy and httpd's mod_proxy as reverse proxies, each with its usual WebSocket recipe.

Each forbids /internal/ and passes all else on, upgrades too, so that any path can be attacked.
"""

import os
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

from harness import build
from harness.peer import Peer
from harness.ports import free_ports
from harness.waiting import limit, wait_until
from smuggling.source import connect_from


def program(name):
    """Where a proxy is: sbin is not in everybody's PATH."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed"
    return found


class Proxy:
    """One proxy in front of `backend`, which has port and tls_port, and maybe proxy_port.

    Its fronts: "ws" and "wss", the backend's side in clear; "tls", TLS on both sides; "proxied",
    like "ws" with the PROXY protocol (HAProxy only). good_for: those that WebSockets work through.
    """

    good_for = ("ws", "wss", "tls")

    def __init__(self, backend, certificates):
        self.backend = backend
        self.certificates = certificates
        self.folder = Path(tempfile.mkdtemp(prefix="ws-proxy-"))
        self.folder.chmod(0o755)
        self.pem = self.folder / "front.pem"
        self.pem.write_text(certificates.server.read_text() + certificates.server_key.read_text())
        self.fronts = dict(zip(("ws", "wss", "tls", "proxied"), free_ports(4)))
        self.process = None

    def start(self):
        (self.folder / "conf").write_text(self.text() + "\n")
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            stdout=(self.folder / "output").open("wb"), cwd=self.folder)
        wait_until(self._answers, lambda: f"{self.name}: " + (self.folder / "output").read_text())
        return self

    def _answers(self):
        assert self.process.poll() is None, (self.folder / "output").read_text()
        try:
            connect_from("127.0.0.1", self.fronts["ws"]).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(limit(20))
        if not os.environ.get("WS_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def open(self, front="ws", source="127.0.0.1"):
        """A connection, nothing sent yet; source: the client's address."""
        plain = connect_from(source, self.fronts[front])
        if front in ("wss", "tls"):
            context = ssl.create_default_context(cafile=self.certificates.authority)
            plain = context.wrap_socket(plain, server_hostname="localhost")
        return Peer(plain)


class Nginx(Proxy):
    name = "nginx"
    connection = "$connection_upgrade"

    def command(self):
        return [program("nginx"), "-p", str(self.folder), "-c", "conf", "-e", "error.log"]

    def text(self):
        places = "\n".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in
                           ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        headers = f"""
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection {self.connection};
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"""
        certificate = f"""
            ssl_certificate {self.pem};
            ssl_certificate_key {self.pem};"""
        user = f"user {build.CHILD_USER};" if build.RUNS_AS_ROOT else ""
        return f"""
            daemon off; master_process on; worker_processes 1; pid {self.folder}/pid; {user}
            events {{ worker_connections 256; }}
            http {{
              access_log off;
              {places}
              map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
              {headers}
              server {{
                listen 127.0.0.1:{self.fronts["ws"]};
                listen 127.0.0.1:{self.fronts["wss"]} ssl;
                {certificate}
                location /internal/ {{ return 403; }}
                location / {{ proxy_pass http://127.0.0.1:{self.backend.port}; }}
              }}
              server {{
                listen 127.0.0.1:{self.fronts["tls"]} ssl;
                {certificate}
                location /internal/ {{ return 403; }}
                location / {{
                  proxy_ssl_trusted_certificate {self.certificates.authority};
                  proxy_ssl_name localhost;
                  proxy_ssl_verify on;
                  proxy_pass https://127.0.0.1:{self.backend.tls_port};
                }}
              }}
            }}
            """


class NginxAsSent(Nginx):
    """Another recipe that is about: Connection goes on as the client wrote it."""

    name = "nginx, Connection as sent"
    connection = "$http_connection"


class HaProxy(Proxy):
    name = "HAProxy"

    def command(self):
        return [program("haproxy"), "-db", "-f", "conf"]

    def text(self):
        def front(name, tls=""):
            return f"""
            frontend {name}
              bind 127.0.0.1:{self.fronts[name]} {tls}
              http-request deny if {{ path_beg /internal/ }}
              default_backend {"to_" + name if name in ("tls", "proxied") else "plain"}
            """
        certificate = f"ssl crt {self.pem}"
        here = f"127.0.0.1:{self.backend.port}"
        return f"""
            defaults
              mode http
              option forwardfor
              timeout connect 5s
              timeout client 30s
              timeout server 30s
              timeout tunnel 1h
            {front("ws")}
            {front("wss", certificate)}
            {front("tls", certificate)}
            {front("proxied")}
            backend plain
              server one {here}
            backend to_tls
              server one 127.0.0.1:{self.backend.tls_port} ssl verify required ca-file {self.certificates.authority} sni str(localhost) verifyhost localhost
            backend to_proxied
              server one 127.0.0.1:{getattr(self.backend, "proxy_port", self.backend.port)} send-proxy-v2
            """


class ModProxy(Proxy):
    """mod_proxy_http with upgrade=websocket; an httpd without this module."""

    name = "mod_proxy_http"
    scheme, options = "http", "upgrade=websocket"
    more = ""

    def command(self):
        return [build.httpd_binary(), "-DFOREGROUND", "-d", str(self.folder), "-f",
                str(self.folder / "conf")]

    def text(self):
        def host(front, where, inside=""):
            return f"""
            <VirtualHost 127.0.0.1:{self.fronts[front]}>
              {inside}
              ProxyPreserveHost On
              ProxyPass /ws/ {self.scheme}{where}/ws/ {self.options}
              ProxyPass / http{where}/ upgrade=websocket
              <Location /internal/>
                Require all denied
              </Location>
            </VirtualHost>
            """
        tls = f"""
              SSLEngine on
              SSLCertificateFile {self.pem}"""
        onward = f"""
              SSLProxyEngine on
              SSLProxyCACertificateFile {self.certificates.authority}"""
        modules = "\n".join(
            f"LoadModule {name}_module {build.httpd_modules()}/mod_{name}.so" for name in
            ("mpm_event", "authn_core", "authz_core", "authz_host", "proxy", "proxy_http",
             "proxy_wstunnel", "socache_shmcb", "ssl"))
        listen = "\n".join(f"Listen 127.0.0.1:{self.fronts[front]}" for front in
                           ("ws", "wss", "tls"))
        user = f"User {build.CHILD_USER}\nGroup {build.CHILD_USER}" if build.RUNS_AS_ROOT else ""
        here, there = (f"://127.0.0.1:{self.backend.port}", f"://localhost:{self.backend.tls_port}")
        return "\n".join((
            modules, user, listen, "StartServers 1", "ServerName localhost",
            f"DefaultRuntimeDir {self.folder}", f"PidFile {self.folder}/pid",
            f"ErrorLog {self.folder}/error.log", self.more,
            host("ws", here), host("wss", here, tls),
            host("tls", there, tls + onward).replace(f"{self.scheme}://", f"{self.scheme}s://")
            .replace("http://", "https://")))


class WsTunnel(ModProxy):
    """mod_proxy_wstunnel by itself, which believes in the tunnel whatever the answer is."""

    name = "mod_proxy_wstunnel"
    scheme, options = "ws", ""
    good_for = ("ws", "wss")  # what its TLS has decrypted may wait there for more
    more = "ProxyWebsocketFallbackToProxyHttp off"


class AnyTunnel(WsTunnel):
    """The same for any protocol: it asks the server behind for one named "*"."""

    name = "mod_proxy_wstunnel, upgrade=ANY"
    options = "upgrade=ANY"
    good_for = ()


PROXIES = (Nginx, NginxAsSent, HaProxy, ModProxy, WsTunnel, AnyTunnel)
