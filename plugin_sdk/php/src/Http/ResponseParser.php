<?php
// Reads an HTTP/1.1 response from the bytes that have come so far.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\UnavailableException;

final class ResponseParser
{
    /**
     * The response; null while more must come.
     *
     * @param bool $isComplete whether nothing more will come
     *
     * @throws UnavailableException when it ends too early or is no HTTP
     */
    public static function parse(string $data, bool $isComplete): ?Response
    {
        while (true) {
            $parts = explode("\r\n\r\n", $data, 2);
            if (count($parts) < 2) {
                return self::needsMore($isComplete);
            }
            [$head, $body] = $parts;
            $lines = explode("\r\n", $head);
            if (preg_match('~^HTTP/1\.[01] ([1-9]\d\d)(?: |$)~', array_shift($lines), $match) !== 1) {
                throw new UnavailableException('What came back is no HTTP');
            }
            if ($match[1] >= 200) {
                break;
            }
            $data = $body; // an interim answer
        }
        $headers = [];
        foreach ($lines as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $headers[strtolower($name)] = trim($value);
        }
        $length = $headers['content-length'] ?? null;
        $body = match (true) {
            ($headers['transfer-encoding'] ?? '') !== '' => self::chunks($body),
            $length === null => $isComplete ? $body : null,
            default => strlen($body) >= (int) $length ? substr($body, 0, (int) $length) : null,
        };
        return $body === null ? self::needsMore($isComplete) : new Response((int) $match[1], $headers, $body);
    }

    private static function needsMore(bool $isComplete): ?Response
    {
        return $isComplete ? throw new UnavailableException('The connection broke before the answer') : null;
    }

    /** The body that is sent in these chunks; null while the last one is missing. */
    private static function chunks(string $data): ?string
    {
        $body = '';
        while (preg_match('/^([0-9a-f]{1,8})[^\r]*\r\n/i', $data, $match) === 1) {
            $size = (int) hexdec($match[1]);
            $start = strlen($match[0]);
            if ($size === 0) {
                return $body;
            }
            if (strlen($data) < $start + $size + 2) {
                return null;
            }
            $body .= substr($data, $start, $size);
            $data = substr($data, $start + $size + 2);
        }
        return null;
    }
}
