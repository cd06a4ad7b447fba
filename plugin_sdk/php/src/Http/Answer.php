<?php
// The JSON of a good answer, its fields checked as they are read.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\InvalidException;

final class Answer
{
    /** @param array<mixed> $fields */
    public function __construct(
        private readonly array $fields,
        public readonly bool $replayed,
    ) {
    }

    public function text(string $name): string
    {
        $value = $this->fields[$name] ?? null;
        return is_string($value) ? $value : throw self::missing($name);
    }

    public function number(string $name): int
    {
        $value = $this->fields[$name] ?? null;
        return is_int($value) ? $value : throw self::missing($name);
    }

    public function object(string $name): self
    {
        $value = $this->fields[$name] ?? null;
        return is_array($value) ? new self($value, $this->replayed) : throw self::missing($name);
    }

    /** @return list<self> */
    public function objects(string $name): array
    {
        $values = $this->fields[$name] ?? null;
        if (!is_array($values)) {
            throw self::missing($name);
        }
        return array_map(
            fn (mixed $value): self => is_array($value) ? new self($value, $this->replayed) : throw self::missing($name),
            array_values($values),
        );
    }

    private static function missing(string $name): InvalidException
    {
        return new InvalidException("The answer has no \"$name\" as websocket-publish gives it; is it the right URL?");
    }
}
