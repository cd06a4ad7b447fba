<?php
// Publishes to channels and users through the handler websocket-publish of an Apache httpd. Every call waits for the
// answer, and throws one of ModWebSocket\Exception\*; nothing has been delivered twice, whatever was thrown.
declare(strict_types=1);

namespace ModWebSocket;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Http\Answer;
use ModWebSocket\Http\Connection;
use ModWebSocket\Http\Request;
use ModWebSocket\Http\Sender;
use ModWebSocket\Http\Transport;

final class Publisher
{
    private readonly string $url;
    private readonly Sender $sender;

    /**
     * @param string $url       of the Location with "SetHandler websocket-publish"
     * @param ?Key   $key       one that its WebSocketPublishKey knows; null: the Location asks for none
     * @param ?Transport $transport how to get there; null: curl if there is, else PHP's streams
     * @param float  $timeout   seconds that a call may take, all its attempts and pauses included
     * @param int    $retries   attempts after the first one, with the same Idempotency-Key
     */
    public function __construct(
        string $url,
        ?Key $key = null,
        ?Transport $transport = null,
        float $timeout = 5.0,
        int $retries = 2,
    ) {
        $this->url = rtrim($url, '/');
        if (preg_match('~^https?://[^/?#\s]+(/[^?#\s]*)?$~', $this->url) !== 1) {
            throw new InvalidException("$url is not the URL of a Location");
        }
        if ($timeout <= 0 || $retries < 0) {
            throw new InvalidException('The time-out must be above 0, retries not below');
        }
        $this->sender = new Sender($transport ?? (new Connection())->transport(), $key, $timeout, $retries);
    }

    /**
     * To everybody who subscribed to a channel.
     *
     * @param Message|\JsonSerializable|array<mixed>|string $message array: JSON; string: text
     * @param ?int    $history how many messages the channel keeps for those who come later
     * @param ?int    $age     seconds that it keeps them
     * @param ?string $idempotencyKey a name of this very message, if it has one; the same within ten minutes
     *                         is not delivered again
     */
    public function publish(
        string $channel,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): Published {
        $query = ['channel' => $channel, 'history' => $history, 'age' => $age];
        return self::published($this->post('', $query, Message::of($message), $idempotencyKey));
    }

    /**
     * To one user, wherever he is connected; kept for his next visit.
     *
     * @param Message|\JsonSerializable|array<mixed>|string $message such as a Notification
     */
    public function publishToUser(
        string $user,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): Published {
        $query = ['user' => $user, 'history' => $history, 'age' => $age];
        return self::published($this->post('/users', $query, Message::of($message), $idempotencyKey));
    }

    /**
     * The same message to several channels and users: to all of them, or, when this throws, to none.
     *
     * @param list<string> $channels
     * @param list<string> $users
     * @param Message|\JsonSerializable|array<mixed>|string $message
     *
     * @return list<Published> one for each channel, then one for each user
     */
    public function publishToMany(
        array $channels,
        array $users,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): array {
        $query = ['channel' => $channels, 'user' => $users, 'history' => $history, 'age' => $age];
        $answer = $this->post('', $query, Message::of($message), $idempotencyKey);
        return count($channels) + count($users) === 1
            ? [self::published($answer)]
            : array_map(self::published(...), $answer->objects('messages'));
    }

    /** Closes every connection of a user: after he signed out, or was banned. The code is 4000 to 4999. */
    public function disconnectUser(string $user, int $code = 4403, string $reason = 'signed out'): void
    {
        $message = Message::json(['code' => $code, 'reason' => $reason]);
        $this->post('/users/disconnect', ['user' => $user], $message, null)->text('user');
    }

    /** Where a channel stands, and who is there. */
    public function channel(string $channel): ChannelInfo
    {
        $answer = $this->sender->send($this->request('GET', '', ['channel' => $channel]));
        $count = $answer->object('count');
        $members = array_map(
            static fn (Answer $one): Member => new Member($one->text('key'), $one->text('info'), $one->number('sessions')),
            $answer->objects('members'),
        );
        return new ChannelInfo(
            $answer->text('channel'),
            $answer->text('epoch'),
            $answer->text('offset'),
            $answer->number('kept'),
            $answer->number('subscribers'),
            $members,
            $count->number('members'),
            $count->number('sessions'),
        );
    }

    /** Deletes what a channel keeps. Returns how many messages that were. */
    public function forget(string $channel): int
    {
        return $this->sender->send($this->request('DELETE', '', ['channel' => $channel]))->number('removed');
    }

    /** @param array<string, string|int|list<string>|null> $query */
    private function post(string $path, array $query, Message $message, ?string $idempotencyKey): Answer
    {
        $headers = [
            'Content-Type' => $message->contentType,
            'Idempotency-Key' => $idempotencyKey ?? self::newIdempotencyKey(),
        ];
        $query['compress'] = $message->mayBeCompressed ? null : 'no';
        return $this->sender->send($this->request('POST', $path, $query, $headers, $message->body));
    }

    /**
     * Names go into the query, where every character may stand; in a path httpd refuses some.
     *
     * @param array<string, string|int|list<string>|null> $query
     * @param array<string, string> $headers
     */
    private function request(string $method, string $path, array $query, array $headers = [], string $body = ''): Request
    {
        $pairs = [];
        foreach ($query as $name => $values) {
            foreach (is_array($values) ? $values : [$values] as $value) {
                if ($value !== null) {
                    $pairs[] = $name . '=' . rawurlencode((string) $value);
                }
            }
        }
        foreach ($headers as $name => $value) {
            if (preg_match('/[^\x20-\x7e]/', $value) === 1) {
                throw new InvalidException("$name is not visible ASCII");
            }
        }
        $url = $this->url . $path . '?' . implode('&', $pairs);
        return new Request($method, $url, $headers + ['Accept' => 'application/json'], $body);
    }

    private static function published(Answer $answer): Published
    {
        return new Published(
            $answer->text('channel'),
            $answer->text('epoch'),
            $answer->text('offset'),
            $answer->number('subscribers'),
            $answer->replayed,
        );
    }

    /** As DeferredPublisher does it too, before it waits. */
    public static function newIdempotencyKey(): string
    {
        return bin2hex(random_bytes(16));
    }
}
