<?php
// Somebody who is present in a channel, with one connection or several.
declare(strict_types=1);

namespace ModWebSocket;

final class Member
{
    /** @param string $info what the plugin says of him, such as a display name */
    public function __construct(
        public readonly string $key,
        public readonly string $info,
        public readonly int $sessions,
    ) {
    }
}
