<?php
// How the built-in transports reach the server.
declare(strict_types=1);

namespace ModWebSocket\Http;

final class Connection
{
    /**
     * @param float   $timeout seconds that connecting may take, TLS included
     * @param ?string $address instead of the URL's host: "127.0.0.1:443", "[::1]:443" or "unix:/run/httpd.sock".
     *                         The URL still names the virtual host and the certificate.
     * @param bool    $verify  whether the server's certificate must be good
     * @param ?string $caFile  the authorities that may have signed it, in PEM; null: the system's
     */
    public function __construct(
        public readonly float $timeout = 1.0,
        public readonly ?string $address = null,
        public readonly bool $verify = true,
        public readonly ?string $caFile = null,
    ) {
    }

    /** The best transport that this PHP has. */
    public function transport(): Transport
    {
        return extension_loaded('curl') ? new CurlTransport($this) : new StreamTransport($this);
    }
}
