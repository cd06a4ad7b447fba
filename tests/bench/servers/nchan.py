"""nginx with nchan: one worker, messages in memory, none kept.

It has no echo. A channel of one's own would be one, but nchan frees a message seconds after its
delivery, and at the rate of an echo that takes gigabytes of shared memory.
"""

import os
from pathlib import Path

from runner import places

from .server import Server

CONFIGURATION = """\
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
{user}
events {{
  worker_connections {connections};
  multi_accept on;
}}
http {{
  access_log off;
  tcp_nodelay on;
  nchan_shared_memory_size 256M;
  nchan_message_buffer_length 0;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  ssl_certificate {folder}/cert.pem;
  ssl_certificate_key {folder}/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.1:{tls_port} ssl backlog=4096;
    location = /fanout/subscribe {{ nchan_subscriber websocket; nchan_channel_id bench; }}
    location = /fanout/publish {{ nchan_publisher websocket; nchan_channel_id bench; }}
  }}
}}
"""

MODULES = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules")


def nchan_module():
    files = (Path(folder) / "ngx_nchan_module.so" for folder in MODULES)
    return next((file for file in files if file.exists()), None)


class Nchan(Server):
    name = "nchan"
    title = "nginx + nchan"
    kinds = ("fanout", "handshake", "idle")

    def missing(self):
        if not places.find_program("nginx"):
            return "nginx is not installed"
        return None if nchan_module() else "nginx's module nchan is not installed"

    def path(self, kind):
        return super().path("publish" if kind == "publish" else "fanout")

    def launch(self, connections):
        file = self.folder / "nginx.conf"
        file.write_text(CONFIGURATION.format(
            module=nchan_module(), folder=self.folder, port=self.port(False),
            tls_port=self.port(True), connections=connections + 1000,
            descriptors=connections + 2000,
            user=f"user {places.CHILD_USER};" if os.geteuid() == 0 else ""))
        self.start([places.find_program("nginx"), "-c", file, "-p", self.folder],
                   self.port(False), self.port(True))
