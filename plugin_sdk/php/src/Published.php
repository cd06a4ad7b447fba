<?php
// What became of one message in one channel.
declare(strict_types=1);

namespace ModWebSocket;

final class Published
{
    /**
     * @param string $epoch       with the offset its place in the channel; numbers of 64 bits
     * @param int    $subscribers connections that heard it, in all of httpd's processes
     * @param bool   $replayed    true: it was here before, under the same Idempotency-Key, and was not sent again
     */
    public function __construct(
        public readonly string $channel,
        public readonly string $epoch,
        public readonly string $offset,
        public readonly int $subscribers,
        public readonly bool $replayed = false,
    ) {
    }
}
