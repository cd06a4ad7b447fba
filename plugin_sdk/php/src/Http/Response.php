<?php
// One HTTP response.
declare(strict_types=1);

namespace ModWebSocket\Http;

final class Response
{
    /** @param array<string, string> $headers lower-case name to value */
    public function __construct(
        public readonly int $status,
        public readonly array $headers,
        public readonly string $body,
    ) {
    }

    public function header(string $name): ?string
    {
        return $this->headers[strtolower($name)] ?? null;
    }

    /** @return ?array<mixed> the body, if it is a JSON object */
    public function json(): ?array
    {
        $value = json_decode($this->body, true);
        return is_array($value) ? $value : null;
    }
}
