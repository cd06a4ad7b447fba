<?php
// One message and the form in which it reaches browsers: text (JSON or not) or binary.
declare(strict_types=1);

namespace ModWebSocket;

use ModWebSocket\Exception\InvalidException;

final class Message
{
    private function __construct(
        public readonly string $body,
        public readonly string $contentType,
        public readonly bool $mayBeCompressed = true,
    ) {
    }

    /** Whatever json_encode() takes. */
    public static function json(mixed $value): self
    {
        try {
            $body = json_encode($value, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        } catch (\JsonException $error) {
            throw new InvalidException('The message is no JSON: ' . $error->getMessage(), previous: $error);
        }
        return new self($body, 'application/json');
    }

    /** Text as it is, in UTF-8. */
    public static function text(string $text): self
    {
        if (preg_match('//u', $text) !== 1) {
            throw new InvalidException('The message is not UTF-8; send bytes by Message::binary()');
        }
        return new self($text, 'text/plain; charset=utf-8');
    }

    /** Bytes: browsers get a Blob or an ArrayBuffer. */
    public static function binary(string $bytes): self
    {
        return new self($bytes, 'application/octet-stream');
    }

    /** The same, never compressed on its way: for a secret beside text that others may choose (BREACH). */
    public function uncompressed(): self
    {
        return new self($this->body, $this->contentType, false);
    }

    /**
     * A string is text, an array or a JsonSerializable becomes JSON.
     *
     * @param self|\JsonSerializable|array<mixed>|string $message
     */
    public static function of(self|\JsonSerializable|array|string $message): self
    {
        return match (true) {
            $message instanceof self => $message,
            is_string($message) => self::text($message),
            default => self::json($message),
        };
    }
}
