<?php
// The package against a real httpd, which test_server.py starts and names in the environment.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use ModWebSocket\DeferredPublisher;
use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Exception\PublishException;
use ModWebSocket\Exception\RefusedException;
use ModWebSocket\Exception\UnauthorizedException;
use ModWebSocket\Exception\UnavailableException;
use ModWebSocket\Http\Connection;
use ModWebSocket\Key;
use ModWebSocket\Message;
use ModWebSocket\Notification;
use ModWebSocket\Publisher;
use ModWebSocket\Scheme;
use PHPUnit\Framework\TestCase;

final class ServerTest extends TestCase
{
    private const ALICE = 'Authorization: Basic YWxpY2U6c2VjcmV0';
    private const BOB = 'Authorization: Basic Ym9iOmh1bnRlcjI=';

    private static function setting(string $name): string
    {
        return getenv($name) ?: throw new \RuntimeException("$name is not set");
    }

    private static function publisher(string $transport = 'curl', string $path = '/ws/publish'): Publisher
    {
        $key = Key::fromFile(self::setting('WS_PUBLISH_KEY_FILE'));
        return new Publisher(self::setting('WS_HTTP') . $path, $key, Transports::make($transport));
    }

    private static function client(string ...$headers): WebSocketClient
    {
        return new WebSocketClient(substr(self::setting('WS_HTTP'), strlen('http://')), '/ws/channels', ...$headers);
    }

    /** A channel of this test alone. */
    private static function name(): string
    {
        return 'php/' . bin2hex(random_bytes(6)) . '/ä&?#%';
    }

    /** Waits until that many hear a channel: each process counts its own, and tells the others by itself. */
    private static function await(string $channel, int $subscribers): void
    {
        $end = microtime(true) + 10;
        while (($now = self::publisher()->channel($channel)->subscribers) !== $subscribers) {
            self::assertLessThan($end, microtime(true), "$now hear $channel");
            usleep(10_000);
        }
    }

    /** @dataProvider ModWebSocket\Tests\Transports::all */
    public function testWhatIsPublishedIsHeard(string $transport): void
    {
        $channel = self::name();
        $client = self::client()->subscribe($channel);
        self::await($channel, 1);
        $publisher = self::publisher($transport);
        $first = $publisher->publish($channel, ['to' => 'Zoë']);
        self::assertSame([$channel, '1', 1, false], [$first->channel, $first->offset, $first->subscribers, $first->replayed]);
        self::assertSame('2', $publisher->publish($channel, 'line')->offset);
        $publisher->publish($channel, Message::binary("\0\xff"));
        $beginning = "message $channel $first->epoch";
        self::assertSame([1, "$beginning 1 {\"to\":\"Zoë\"}"], $client->receive());
        self::assertSame([1, "$beginning 2 line"], $client->receive());
        self::assertSame("\0\xff", substr($client->receive()[1], -2));
    }

    public function testAMessageOfItsOwnKeyIsDeliveredOnce(): void
    {
        $channel = self::name();
        $key = bin2hex(random_bytes(8));
        $first = self::publisher()->publish($channel, 'x', history: 10, idempotencyKey: $key);
        $second = self::publisher('streams')->publish($channel, 'x', history: 10, idempotencyKey: $key);
        self::assertSame([false, true], [$first->replayed, $second->replayed]);
        self::assertSame($first->offset, $second->offset);
        self::assertSame(1, self::publisher()->channel($channel)->kept);
        try {
            self::publisher()->publish($channel, 'y', idempotencyKey: $key);
            self::fail('no exception');
        } catch (InvalidException $error) {
            self::assertSame([422, 'key_reused'], [$error->status, $error->error]);
        }
    }

    public function testHistoryIsKeptAndForgotten(): void
    {
        $channel = self::name();
        foreach (range(1, 5) as $number) {
            self::publisher()->publish($channel, "message $number", history: 3, age: 60);
        }
        self::assertSame(3, self::publisher()->channel($channel)->kept);
        self::assertSame(3, self::publisher('psr18')->forget($channel));
        $info = self::publisher('streams')->channel($channel);
        self::assertSame([0, '5', []], [$info->kept, $info->offset, $info->members]);
    }

    public function testMembersAreListed(): void
    {
        $channel = self::name();
        $clients = [self::client(), self::client()];
        foreach ($clients as $client) {
            $client->send("enter $channel ann Ann");
            $client->receive();
        }
        $info = self::publisher()->channel($channel);
        self::assertSame([1, 2], [$info->memberCount, $info->sessionCount]);
        self::assertSame(['ann', 'Ann', 2], array_values((array) $info->members[0]));
    }

    public function testManyGetTheSameInTheOrderAsked(): void
    {
        $channels = [self::name(), self::name()];
        $user = 'user ' . bin2hex(random_bytes(4));
        $answers = self::publisher()->publishToMany($channels, [$user], new Notification('to all'), history: 5);
        self::assertSame([...$channels, 'user:' . str_replace(' ', '%20', $user)], array_map(static fn ($one) => $one->channel, $answers));
        self::assertSame(1, self::publisher()->channel($channels[1])->kept);
        self::assertCount(1, self::publisher()->publishToMany([], [$user], 'one'));
        try {
            self::publisher()->publishToMany([$channels[0], 'bad name'], [], 'none');
            self::fail('no exception');
        } catch (InvalidException $error) {
            self::assertSame('bad_channel', $error->error);
            self::assertSame('1', self::publisher()->channel($channels[0])->offset);
        }
    }

    public function testAUsersMessagesWaitForHim(): void
    {
        $user = 'a/b ' . bin2hex(random_bytes(4));
        $channel = self::publisher()->publishToUser($user, 'hello')->channel;
        self::assertSame(1, self::publisher()->channel($channel)->kept);
    }

    public function testDisconnectsOneUserOnly(): void
    {
        $bob = self::client(self::BOB);
        $guest = self::client();
        $alice = [self::client(self::ALICE), self::client(self::ALICE)];
        foreach ($alice as $client) {
            $client->subscribe(self::name());  // its answer says that the session has begun
        }
        self::publisher()->disconnectUser('alice');
        foreach ($alice as $client) {
            self::assertSame([8, '4403'], $client->receive());
        }
        foreach ([$bob, $guest] as $client) {
            $client->send('pid');
            self::assertStringStartsWith('pid', $client->receive()[1]);
        }
        self::publisher('psr18')->disconnectUser('bob', 4999, 'bänned');
        self::assertSame([8, '4999'], $bob->receive());
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testOverTlsTheCertificateMustBeGood(string $transport): void
    {
        $url = self::setting('WS_HTTPS') . '/ws/publish';
        $key = Key::fromFile(self::setting('WS_PUBLISH_KEY_FILE'), Scheme::Bearer);
        $publish = static fn (string $url, Connection $connection) =>
            (new Publisher($url, $key, Transports::make($transport, $connection), retries: 0))->publish(self::name(), 'x');
        $authority = self::setting('WS_AUTHORITY');

        self::assertSame('1', $publish($url, new Connection(caFile: $authority))->offset);
        self::assertSame('1', $publish($url, new Connection(verify: false))->offset);
        $port = parse_url($url, PHP_URL_PORT);
        $elsewhere = new Connection(address: "127.0.0.1:$port", caFile: $authority);
        self::assertSame('1', $publish('https://localhost/ws/publish', $elsewhere)->offset);
        foreach ([[$url, new Connection()], ['https://wrong.example/ws/publish', $elsewhere]] as [$where, $connection]) {
            try {
                $publish($where, $connection);
                self::fail('no exception');
            } catch (PublishException $error) {
                self::assertSame(UnavailableException::class, $error::class);
            }
        }
    }

    public function testTheCauseOfARefusalHasItsClass(): void
    {
        $url = self::setting('WS_HTTP');
        $good = Key::fromFile(self::setting('WS_PUBLISH_KEY_FILE'));
        $cases = [
            [new Publisher("$url/ws/publish"), UnauthorizedException::class, 401],
            [new Publisher("$url/ws/publish", Key::bearer('wrong')), UnauthorizedException::class, 401],
            [new Publisher("$url/ws/publish", Key::signature('wrong')), UnauthorizedException::class, 401],
            [new Publisher("$url/ws/denied", $good), RefusedException::class, 403],
            [new Publisher("$url/nowhere", $good), InvalidException::class, 404],
        ];
        foreach ($cases as [$publisher, $class, $status]) {
            try {
                $publisher->publish('a', 'x');
                self::fail('no exception');
            } catch (PublishException $error) {
                self::assertSame([$class, $status], [$error::class, $error->status]);
            }
        }
    }

    public function testWrongCallsAreInvalid(): void
    {
        $calls = [
            'bad_channel' => static fn () => self::publisher()->publish('two words', 'x'),
            'bad_query' => static fn () => self::publisher()->publish('a', 'x', age: 5),
            'bad_user' => static fn () => self::publisher()->publishToUser('', 'x'),
            'bad_body' => static fn () => self::publisher()->disconnectUser('alice', 1005),
            'bad_key' => static fn () => self::publisher()->publish('a', 'x', idempotencyKey: 'two words'),
            'too_large' => static fn () => self::publisher()->publish('a', str_repeat('x', 2_000_000)),
            'too_many_channels' => static fn () => self::publisher()->publishToMany(array_fill(0, 101, 'a'), [], 'x'),
        ];
        foreach ($calls as $word => $call) {
            try {
                $call();
                self::fail("$word: no exception");
            } catch (InvalidException $error) {
                self::assertSame($word, $error->error);
            }
        }
    }

    public function testWhatARequestCollectedArrivesInOrder(): void
    {
        $channel = self::name();
        $client = self::client()->subscribe($channel);
        $later = new DeferredPublisher(self::publisher(), atEnd: false);
        foreach (['one', 'two', 'three'] as $text) {
            $later->publish($channel, $text);
        }
        $later->flush();
        foreach (['one', 'two', 'three'] as $text) {
            self::assertStringEndsWith(" $text", $client->receive()[1]);
        }
    }
}
