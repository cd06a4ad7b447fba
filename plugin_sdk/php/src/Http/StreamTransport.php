<?php
// HTTP/1.1 over PHP's own streams, for a PHP without curl. One connection for each request.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnavailableException;

final class StreamTransport implements Transport
{
    private const PIECE = 65536;

    public function __construct(private readonly Connection $connection = new Connection())
    {
    }

    public function send(Request $request, float $timeout): Response
    {
        $end = self::now() + $timeout;
        $stream = $this->connect($request, $timeout);
        try {
            $this->write($stream, self::head($request) . $request->body, $end);
            $read = '';
            do {
                $read .= $piece = $this->read($stream, $end);
                $response = ResponseParser::parse($read, isComplete: $piece === '');
            } while ($response === null);
            return $response;
        } finally {
            fclose($stream);
        }
    }

    /** @return resource not blocking */
    private function connect(Request $request, float $timeout)
    {
        $url = parse_url($request->url);
        $host = $url['host'] ?? throw new InvalidException("{$request->url} names no host");
        $tls = ($url['scheme'] ?? '') === 'https';
        $address = $this->connection->address ?? $host . ':' . ($url['port'] ?? ($tls ? 443 : 80));
        $isUnix = str_starts_with($address, 'unix:');
        $context = stream_context_create(['ssl' => array_filter([
            'peer_name' => trim($host, '[]'),
            'verify_peer' => $this->connection->verify,
            'verify_peer_name' => $this->connection->verify,
            'cafile' => $this->connection->caFile,
        ], static fn (mixed $value): bool => $value !== null)]);
        $limit = min($timeout, $this->connection->timeout);
        $end = self::now() + $limit;
        error_clear_last();
        $stream = @stream_socket_client(
            ($isUnix ? 'unix://' . substr($address, 5) : "tcp://$address"),
            $code,
            $text,
            $limit,
            STREAM_CLIENT_CONNECT,
            $context,
        );
        if ($stream === false) {
            throw self::failure("No connection to $address", $text, isLate: self::now() >= $end);
        }
        stream_set_blocking($stream, false);
        while ($tls) {
            $done = @stream_socket_enable_crypto($stream, true, STREAM_CRYPTO_METHOD_TLS_CLIENT);
            if ($done === true) {
                break;
            }
            if ($done === false) {
                throw self::failure("No TLS with $address", error_get_last()['message'] ?? '', isLate: false);
            }
            $this->wait($stream, $end, forWriting: false);
        }
        return $stream;
    }

    private static function head(Request $request): string
    {
        $url = parse_url($request->url);
        $host = ($url['host'] ?? '') . (isset($url['port']) ? ":{$url['port']}" : '');
        $lines = ["{$request->method} {$request->target()} HTTP/1.1", "Host: $host", 'Connection: close'];
        foreach ($request->headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        if ($request->method === 'POST') {
            $lines[] = 'Content-Length: ' . strlen($request->body);
        }
        return implode("\r\n", $lines) . "\r\n\r\n";
    }

    /** @param resource $stream */
    private function write($stream, string $data, float $end): void
    {
        while ($data !== '') {
            $this->wait($stream, $end, forWriting: true);
            $written = @fwrite($stream, substr($data, 0, self::PIECE));
            if ($written === false) {
                return; // it may have answered nevertheless, such as 413
            }
            $data = substr($data, $written);
        }
    }

    /**
     * What has come; '' at the connection's end.
     *
     * @param resource $stream
     */
    private function read($stream, float $end): string
    {
        while (true) {
            $this->wait($stream, $end, forWriting: false);
            $piece = @fread($stream, self::PIECE);
            if (is_string($piece) && $piece !== '') {
                return $piece;
            }
            if ($piece === false || feof($stream)) {
                return '';
            }
        }
    }

    /** @param resource $stream */
    private function wait($stream, float $end, bool $forWriting): void
    {
        $left = $end - self::now();
        $read = $forWriting ? [] : [$stream];
        $write = $forWriting ? [$stream] : [];
        $except = null;
        $seconds = (int) max($left, 0);
        $micros = (int) (($left - $seconds) * 1e6);
        if ($left <= 0 || @stream_select($read, $write, $except, $seconds, $micros) === 0) {
            throw new TimeoutException('There was no answer in time');
        }
    }

    private static function failure(string $what, string $why, bool $isLate): UnavailableException
    {
        $text = $why === '' ? $what : "$what: $why";
        return $isLate ? new TimeoutException($text) : new UnavailableException($text);
    }

    private static function now(): float
    {
        return hrtime(true) / 1e9;
    }
}
