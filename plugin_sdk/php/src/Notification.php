<?php
// A message for the plugin "notifications"; plugins/notifications/README.md describes its fields.
declare(strict_types=1);

namespace ModWebSocket;

final class Notification implements \JsonSerializable
{
    /**
     * @param ?string $link    where a click leads
     * @param ?string $key     replaces the earlier notification with the same key
     * @param ?int    $expires seconds from now, after which it is gone
     */
    public function __construct(
        public readonly string $title,
        public readonly ?string $text = null,
        public readonly Level $level = Level::Info,
        public readonly ?string $link = null,
        public readonly ?string $icon = null,
        public readonly ?string $key = null,
        public readonly ?int $expires = null,
    ) {
    }

    /** @return array<string, string|int> */
    public function jsonSerialize(): array
    {
        $fields = ['level' => $this->level->value] + get_object_vars($this);
        return array_filter($fields, static fn (mixed $value): bool => $value !== null);
    }
}
