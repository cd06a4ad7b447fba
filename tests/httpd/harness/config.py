"""httpd's configuration for the tests, made of small pieces."""

from textwrap import dedent

from . import build

# What the tests' sites commonly use. mod_unixd, mod_log_config and mod_so are in Debian's binary.
MODULES = ("authn_core", "authz_core", "authz_host", "authz_user", "authn_file", "auth_basic",
           "alias", "dir", "mime", "env", "setenvif", "headers", "rewrite", "reqtimeout",
           "socache_shmcb", "ssl")

# Every test server has this Location: the bystanders of harness/case.py live there.
BYSTANDER = """
<Location /ws/bystander>
    WebSocketPlugin echo
    WebSocketPingInterval off
</Location>
"""


def mpm(name, children=1, threads=25, limit=None):
    """The MPM with a fixed number of children, so that the tests know where they are."""
    limit = limit or children
    text = f"LoadModule mpm_{name}_module {build.httpd_modules()}/mod_mpm_{name}.so\n"
    if name == "prefork":
        return text + dedent(f"""\
            StartServers {children}
            MinSpareServers 1
            MaxSpareServers {limit + 50}
            ServerLimit {limit}
            MaxRequestWorkers {limit}
            """)
    return text + dedent(f"""\
        StartServers {children}
        ServerLimit {max(limit, 2 * children)}
        ThreadLimit {threads}
        ThreadsPerChild {threads}
        MinSpareThreads 1
        MaxSpareThreads {(limit + 1) * threads + 50}
        MaxRequestWorkers {children * threads}
        """)


def load(*names):
    """LoadModule lines for httpd's own modules."""
    return "".join(f"LoadModule {name}_module {build.httpd_modules()}/mod_{name}.so\n"
                   for name in names)


def websocket():
    return f"LoadModule websocket_module {build.MODULE}\nWebSocketDrain 1s\n"


def base(folder, log_level="warn websocket:debug"):
    """The server's root, logs and user."""
    user = f"User {build.CHILD_USER}\nGroup {build.CHILD_USER}\n" if build.RUNS_AS_ROOT else ""
    return user + dedent(f"""\
        ServerRoot {folder}
        ServerName localhost
        DefaultRuntimeDir {folder}/run
        PidFile {folder}/run/httpd.pid
        DocumentRoot {folder}/htdocs
        ErrorLog {folder}/logs/error.log
        LogLevel {log_level}
        LogFormat "%a %u \\"%r\\" %>s %O" plain
        CustomLog {folder}/logs/access.log plain
        TypesConfig /etc/mime.types
        TimeOut 20
        KeepAliveTimeout 1
        GracefulShutdownTimeout 5
        <Directory />
            Require all denied
        </Directory>
        <Directory {folder}/htdocs>
            Require all granted
        </Directory>
        """)


def tls(certificates):
    """mod_ssl's lines for a virtual host."""
    return dedent(f"""\
        SSLEngine on
        SSLCertificateFile {certificates.server}
        SSLCertificateKeyFile {certificates.server_key}
        SSLProtocol -all +TLSv1.2 +TLSv1.3
        """)


def location(path, *lines, plugin="echo"):
    """A <Location> that answers upgrades."""
    inner = "".join(f"    {line}\n" for line in (f"WebSocketPlugin {plugin}", *lines))
    return f"<Location {path}>\n{inner}</Location>\n"
