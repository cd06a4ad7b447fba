"""Signed tokens (JWT), made as a site makes them."""

import base64
import hashlib
import hmac
import json
import subprocess
import time

SECRET = "a secret of the tests, of 32 bytes and more"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(header, claims):
    return ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))


def token(seconds=60, secret=SECRET, header=None, **claims):
    """HS256; seconds from now to its end, or None for no end."""
    if seconds is not None:
        claims["exp"] = int(time.time()) + seconds
    text = _text({"alg": "HS256", "typ": "JWT", **(header or {})}, claims)
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{base64url(mac.digest())}"


class KeyPair:
    """A private key of openssl's, and its public key in `public`."""

    def __init__(self, folder, algorithm):
        self.algorithm = algorithm
        self.private, self.public = folder / f"{algorithm}.key", folder / f"{algorithm}.pub"
        options = (["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if algorithm == "RS256" else
                   ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        self._openssl("genpkey", "-algorithm", *options, "-out", str(self.private))
        self._openssl("pkey", "-in", str(self.private), "-pubout", "-out", str(self.public))

    @staticmethod
    def _openssl(*arguments, data=None):
        return subprocess.run(["openssl", *arguments], input=data, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def token(self, seconds=60, **claims):
        text = _text({"alg": self.algorithm}, {"exp": int(time.time()) + seconds, **claims})
        signature = self._openssl("dgst", "-sha256", "-sign", str(self.private),
                                  data=text.encode())
        if self.algorithm == "ES256":
            signature = _two_numbers(signature)
        return f"{text}.{base64url(signature)}"


def _two_numbers(der):
    """r and s of an ECDSA signature in DER, 32 bytes each."""
    numbers, rest = b"", der[2:]
    for _ in range(2):
        number, rest = rest[2:2 + rest[1]], rest[2 + rest[1]:]
        numbers += number.lstrip(b"\0").rjust(32, b"\0")
    return numbers
