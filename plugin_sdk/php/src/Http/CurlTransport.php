<?php
// HTTP over the extension curl. Keeps its connection open between requests.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnavailableException;

final class CurlTransport implements Transport
{
    private ?\CurlHandle $curl = null;

    public function __construct(private readonly Connection $connection = new Connection())
    {
    }

    public function send(Request $request, float $timeout): Response
    {
        $curl = $this->curl ??= curl_init() ?: throw new UnavailableException('curl_init() failed');
        curl_reset($curl);
        $headers = [];
        $isWhole = false; // curl takes half a head for a whole one
        curl_setopt_array($curl, $this->options($request, $timeout) + [
            CURLOPT_HEADERFUNCTION => static function (\CurlHandle $curl, string $line) use (&$headers, &$isWhole): int {
                if (str_starts_with($line, 'HTTP/')) {
                    $headers = []; // those before were of an interim answer
                }
                $isWhole = trim($line) === '';
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $headers[strtolower($name)] = trim($value);
                return strlen($line);
            },
        ]);
        $body = curl_exec($curl);
        if (!is_string($body) || !$isWhole) {
            $text = "{$request->method} {$request->url}: " . (curl_error($curl) ?: 'the answer is cut off');
            throw curl_errno($curl) === CURLE_OPERATION_TIMEDOUT
                ? new TimeoutException($text)
                : new UnavailableException($text);
        }
        return new Response((int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $headers, $body);
    }

    /** @return array<int, mixed> */
    private function options(Request $request, float $timeout): array
    {
        $lines = ['Expect:']; // no waiting for "100 Continue"
        foreach ($request->headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        $connection = $this->connection;
        $milliseconds = static fn (float $seconds): int => max(1, (int) ($seconds * 1000));
        $options = [
            CURLOPT_URL => $request->url,
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_PROXY => '', // nor one that the environment names
            CURLOPT_NOSIGNAL => true,
            CURLOPT_TIMEOUT_MS => $milliseconds($timeout),
            CURLOPT_CONNECTTIMEOUT_MS => $milliseconds(min($timeout, $connection->timeout)),
            CURLOPT_SSL_VERIFYPEER => $connection->verify,
            CURLOPT_SSL_VERIFYHOST => $connection->verify ? 2 : 0,
        ];
        if ($request->method === 'POST') {
            $options[CURLOPT_POSTFIELDS] = $request->body;
        }
        if ($connection->caFile !== null) {
            $options[CURLOPT_CAINFO] = $connection->caFile;
        }
        if ($connection->address !== null) {
            $options += str_starts_with($connection->address, 'unix:')
                ? [CURLOPT_UNIX_SOCKET_PATH => substr($connection->address, 5)]
                : [CURLOPT_CONNECT_TO => ["::$connection->address"]];
        }
        return $options;
    }
}
