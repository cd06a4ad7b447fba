<?php
// A channel at one moment: its last position, what it keeps, who is there.
declare(strict_types=1);

namespace ModWebSocket;

final class ChannelInfo
{
    /**
     * @param int          $kept         messages of its history
     * @param int          $subscribers  connections that hear it
     * @param list<Member> $members      the server may cut a long list; the two counts are whole
     * @param int          $memberCount  who is present
     * @param int          $sessionCount connections of those
     */
    public function __construct(
        public readonly string $channel,
        public readonly string $epoch,
        public readonly string $offset,
        public readonly int $kept,
        public readonly int $subscribers,
        public readonly array $members,
        public readonly int $memberCount,
        public readonly int $sessionCount,
    ) {
    }
}
