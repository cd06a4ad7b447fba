"""The certificates of a test run: a CA, a server certificate for localhost, a client's."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    authority: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _sign(folder, name, certificate, days):
    _openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "authority.pem",
             "-CAkey", folder / "authority.key", "-CAcreateserial", "-days", days,
             "-extfile", folder / f"{name}.ext", "-out", certificate)


def make_short(certificates: Certificates, days, certificate: Path):
    """The server's once more, for so many days."""
    _sign(certificates.server.parent, "server", certificate, days)


def make(folder: Path) -> Certificates:
    """Makes all of them in `folder`; takes about a tenth of a second (EC keys)."""
    folder.mkdir(parents=True, exist_ok=True)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    _openssl("req", "-x509", *new_key, "-keyout", authority_key, "-out", authority,
             "-days", "30", "-subj", "/CN=Test authority")
    for name, subject in (("server", "/CN=localhost"), ("client", "/CN=alice/O=Testers")):
        request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,DNS:other.example,IP:127.0.0.1\n"
                              if name == "server" else "extendedKeyUsage=clientAuth\n")
        _openssl("req", *new_key, "-keyout", folder / f"{name}.key", "-out", request,
                 "-subj", subject)
        _sign(folder, name, folder / f"{name}.pem", 30)
    return Certificates(authority, folder / "server.pem", folder / "server.key",
                        folder / "client.pem", folder / "client.key")
