"""A private httpd (event MPM, one port with TLS and one without) for the servers built on it."""

from runner import places

from .server import Server

PAGE = "<!DOCTYPE html><title>Small</title><p>A small static page.</p>\n"

CONFIGURATION = """\
ServerName localhost
ServerRoot {folder}
PidFile {folder}/httpd.pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
LogLevel warn
Listen 127.0.0.1:{port}
Listen 127.0.0.1:{tls_port} https
ListenBacklog 4096
{user}
<IfModule !mpm_event_module>
  LoadModule mpm_event_module {modules}/mod_mpm_event.so
</IfModule>
<IfModule !unixd_module>
  LoadModule unixd_module {modules}/mod_unixd.so
</IfModule>
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
{threads}
Timeout 300
DocumentRoot {folder}/pages
<Directory />
  AllowOverride None
  Require all granted
</Directory>
{configuration}
<VirtualHost 127.0.0.1:{tls_port}>
  SSLEngine on
  SSLCertificateFile {folder}/cert.pem
  SSLCertificateKeyFile {folder}/key.pem
</VirtualHost>
"""


class Httpd(Server):
    def missing(self):
        return None if places.find_program("apache2", "httpd") else "httpd is not installed"

    def threads(self, children, threads):
        """MPM directives for a fixed number of children and threads."""
        return "\n".join((f"ServerLimit {children}", f"StartServers {children}",
                          f"ThreadLimit {threads}", f"ThreadsPerChild {threads}",
                          f"MaxRequestWorkers {children * threads}", "MinSpareThreads 1",
                          f"MaxSpareThreads {children * threads}", "ThreadStackSize 262144"))

    def start_httpd(self, threads, configuration):
        (self.folder / "pages").mkdir()
        (self.folder / "pages" / "small.html").write_text(PAGE)
        user = f"User {places.CHILD_USER}\nGroup {places.CHILD_USER}"
        file = self.folder / "httpd.conf"
        file.write_text(CONFIGURATION.format(
            folder=self.folder, port=self.port(False), tls_port=self.port(True),
            user=user if places.RUNS_AS_ROOT else "", modules=places.httpd_modules(),
            threads=threads, configuration=configuration))
        self.start([places.find_program("apache2", "httpd"), "-f", file, "-DFOREGROUND"],
                   self.port(False), self.port(True))
