<?php
// One HTTP request, as every transport sends it.
declare(strict_types=1);

namespace ModWebSocket\Http;

final class Request
{
    /** @param array<string, string> $headers name to value; Host and Content-Length are the transport's */
    public function __construct(
        public readonly string $method,
        public readonly string $url,
        public readonly array $headers = [],
        public readonly string $body = '',
    ) {
    }

    /** @param array<string, string> $headers */
    public function with(array $headers): self
    {
        return new self($this->method, $this->url, $headers + $this->headers, $this->body);
    }

    /** The path and the query, as they stand in the request line. */
    public function target(): string
    {
        $path = strpbrk(explode('://', $this->url, 2)[1], '/?');
        return match (true) {
            $path === false => '/',
            $path[0] === '?' => "/$path",
            default => $path,
        };
    }
}
