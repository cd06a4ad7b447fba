<?php
// The publish key: one line of the file that WebSocketPublishKey names.
declare(strict_types=1);

namespace ModWebSocket;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Http\Request;

final class Key
{
    private function __construct(
        #[\SensitiveParameter] private readonly string $secret,
        private readonly Scheme $scheme,
    ) {
        if ($secret === '' || preg_match('/[^\x21-\x7e]/', $secret) === 1) {
            throw new InvalidException('A publish key is visible ASCII, without blanks');
        }
    }

    public static function bearer(#[\SensitiveParameter] string $secret): self
    {
        return new self($secret, Scheme::Bearer);
    }

    public static function signature(#[\SensitiveParameter] string $secret): self
    {
        return new self($secret, Scheme::Signature);
    }

    /** The first key of httpd's own file, where PHP may read it. */
    public static function fromFile(string $path, Scheme $scheme = Scheme::Signature): self
    {
        $lines = is_readable($path) ? file($path, FILE_IGNORE_NEW_LINES) : false;
        foreach ($lines ?: [] as $line) {
            $line = trim($line);
            if ($line !== '' && !str_starts_with($line, '#')) {
                return new self($line, $scheme);
            }
        }
        throw new InvalidException("No publish key can be read from $path");
    }

    /**
     * The header that shows this key.
     *
     * @param int $now seconds since 1970
     *
     * @return array<string, string>
     */
    public function headers(Request $request, int $now): array
    {
        if ($this->scheme === Scheme::Bearer) {
            return ['Authorization' => "Bearer $this->secret"];
        }
        $type = $request->headers['Content-Type'] ?? '';
        $key = $request->headers['Idempotency-Key'] ?? '';
        $signed = implode("\n", [$now, $request->method, $request->target(), $type, $key, $request->body]);
        return ['X-WebSocket-Signature' => "t=$now,v1=" . hash_hmac('sha256', $signed, $this->secret)];
    }

    /** @return array<string, mixed> what var_dump() may show */
    public function __debugInfo(): array
    {
        return ['scheme' => $this->scheme];
    }
}
