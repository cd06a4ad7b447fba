<?php
// What Publisher sends, and what it makes of the answers.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Exception\PublishException;
use ModWebSocket\Exception\RefusedException;
use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnauthorizedException;
use ModWebSocket\Exception\UnavailableException;
use ModWebSocket\Key;
use ModWebSocket\Level;
use ModWebSocket\Message;
use ModWebSocket\Notification;
use ModWebSocket\Publisher;
use PHPUnit\Framework\TestCase;

final class PublisherTest extends TestCase
{
    private const KEY = 'a-secret';

    /** @dataProvider ModWebSocket\Tests\Transports::all */
    public function testPublishesJson(string $transport): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
        $publisher = new Publisher($server->url() . '/', Key::bearer(self::KEY), Transports::make($transport));
        $published = $publisher->publish('orders/ä&b', ['id' => 12, 'to' => 'Zoë'], history: 50, age: 3600);
        self::assertSame(['orders', '7', '18446744073709551615', 3, false], array_values((array) $published));

        $request = $server->request();
        self::assertSame(
            'POST /ws/publish?channel=orders%2F%C3%A4%26b&history=50&age=3600 HTTP/1.1',
            $request['line'],
        );
        self::assertSame('{"id":12,"to":"Zoë"}', $request['body']);
        self::assertSame('application/json', $request['headers']['content-type']);
        self::assertSame('Bearer ' . self::KEY, $request['headers']['authorization']);
        self::assertMatchesRegularExpression('/^[0-9a-f]{32}$/', $request['headers']['idempotency-key']);
        self::assertSame($server->address, $request['headers']['host']);
        self::assertArrayNotHasKey('expect', $request['headers']);
    }

    public function testSecretsAreNotCompressed(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
        (new Publisher($server->url()))->publish('orders', Message::text('token')->uncompressed());
        $request = $server->request();
        self::assertSame('POST /ws/publish?channel=orders&compress=no HTTP/1.1', $request['line']);
        self::assertSame('token', $request['body']);
    }

    /** @dataProvider messages */
    public function testSendsEachKindOfMessage(mixed $message, string $type, string $body): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
        (new Publisher($server->url()))->publish('orders', $message);
        $request = $server->request();
        self::assertSame($type, $request['headers']['content-type']);
        self::assertSame($body, $request['body']);
        self::assertArrayNotHasKey('authorization', $request['headers']);
    }

    /** @return array<string, array{mixed, string, string}> */
    public static function messages(): array
    {
        $text = 'text/plain; charset=utf-8';
        $binary = 'application/octet-stream';
        return [
            'text' => ['Zoë', $text, 'Zoë'],
            'empty text' => ['', $text, ''],
            'list' => [[1, 2], 'application/json', '[1,2]'],
            'json' => [Message::json('Zoë'), 'application/json', '"Zoë"'],
            'binary' => [Message::binary("\0\xff\r\n"), $binary, "\0\xff\r\n"],
            'notification' => [
                new Notification('Sent', level: Level::Success, link: '/orders/12', expires: 60),
                'application/json',
                '{"level":"success","title":"Sent","link":"/orders/12","expires":60}',
            ],
        ];
    }

    public function testSendsALargeBinaryMessage(): void
    {
        $bytes = random_bytes(3_000_000);
        foreach (['curl', 'streams'] as $transport) {
            $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
            $publisher = new Publisher($server->url(), transport: Transports::make($transport));
            $publisher->publish('orders', Message::binary($bytes));
            self::assertSame(md5($bytes), md5($server->request()['body']));
        }
    }

    public function testPublishesToAUser(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published('user:a/b')]);
        self::assertSame('user:a/b', (new Publisher($server->url()))->publishToUser('a/b', 'hello')->channel);
        self::assertSame('POST /ws/publish/users?user=a%2Fb HTTP/1.1', $server->request()['line']);
    }

    public function testPublishesToMany(): void
    {
        $one = ['epoch' => '1', 'offset' => '2', 'subscribers' => 0];
        $server = new ScriptedServer(
            ['answer' => ScriptedServer::json(200, ['messages' => [['channel' => 'a'] + $one, ['channel' => 'user:u'] + $one]])],
            ['answer' => ScriptedServer::published('a')],
        );
        $publisher = new Publisher($server->url());
        $answers = $publisher->publishToMany(['a'], ['u'], 'hello');
        self::assertSame(['a', 'user:u'], [$answers[0]->channel, $answers[1]->channel]);
        self::assertSame('POST /ws/publish?channel=a&user=u HTTP/1.1', $server->request()['line']);
        self::assertSame('a', $publisher->publishToMany(['a'], [], 'hello')[0]->channel);
    }

    public function testDisconnectsAUser(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::json(200, ['user' => 'ann'])]);
        (new Publisher($server->url()))->disconnectUser('ann', 4410, 'gone');
        $request = $server->request();
        self::assertSame('POST /ws/publish/users/disconnect?user=ann HTTP/1.1', $request['line']);
        self::assertSame('{"code":4410,"reason":"gone"}', $request['body']);
    }

    public function testReadsAChannel(): void
    {
        $answer = [
            'channel' => 'lobby', 'epoch' => '7', 'offset' => '12', 'kept' => 4, 'subscribers' => 3,
            'members' => [['key' => 'ann', 'info' => 'Ann', 'sessions' => 2]],
            'count' => ['members' => 1, 'sessions' => 2],
        ];
        $server = new ScriptedServer(['answer' => ScriptedServer::json(200, $answer)]);
        $channel = (new Publisher($server->url()))->channel('lobby');
        self::assertSame('GET /ws/publish?channel=lobby HTTP/1.1', $server->request()['line']);
        self::assertSame([4, 3, 1, 2], [$channel->kept, $channel->subscribers, $channel->memberCount, $channel->sessionCount]);
        self::assertSame(['ann', 'Ann', 2], array_values((array) $channel->members[0]));
    }

    public function testForgetsAChannel(): void
    {
        $answer = ['channel' => 'lobby', 'epoch' => '7', 'offset' => '12', 'removed' => 4];
        $server = new ScriptedServer(['answer' => ScriptedServer::json(200, $answer)]);
        self::assertSame(4, (new Publisher($server->url()))->forget('lobby'));
        self::assertSame('DELETE /ws/publish?channel=lobby HTTP/1.1', $server->request()['line']);
    }

    public function testTellsAReplay(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published('orders', 'Idempotent-Replayed: true')]);
        self::assertTrue((new Publisher($server->url()))->publish('orders', 'x', idempotencyKey: 'order-12')->replayed);
        self::assertSame('order-12', $server->request()['headers']['idempotency-key']);
    }

    /**
     * @dataProvider refusals
     *
     * @param class-string<PublishException> $class
     */
    public function testNamesTheCauseOfARefusal(int $status, string $class): void
    {
        $answer = ScriptedServer::json($status, ['error' => 'word', 'message' => 'Because.']);
        $server = new ScriptedServer(['answer' => $answer]);
        try {
            (new Publisher($server->url(), retries: 0))->publish('orders', 'x');
            self::fail('no exception');
        } catch (PublishException $error) {
            self::assertSame($class, $error::class);
            self::assertSame([$status, 'word', $status], [$error->status, $error->error, $error->getCode()]);
            self::assertStringContainsString("$status, Because.", $error->getMessage());
        }
    }

    /** @return list<array{int, class-string<PublishException>}> */
    public static function refusals(): array
    {
        return [
            [400, InvalidException::class], [401, UnauthorizedException::class], [403, RefusedException::class],
            [404, InvalidException::class], [405, InvalidException::class], [408, TimeoutException::class],
            [413, InvalidException::class], [415, InvalidException::class], [422, InvalidException::class],
            [429, UnavailableException::class], [500, UnavailableException::class],
            [503, UnavailableException::class], [504, TimeoutException::class],
        ];
    }

    /** @dataProvider strangers */
    public function testDoesNotTakeAStrangersAnswerForASuccess(string $answer, string $why): void
    {
        $server = new ScriptedServer(['answer' => $answer]);
        $this->expectException(InvalidException::class);
        $this->expectExceptionMessage($why);
        (new Publisher($server->url()))->publish('orders', 'x');
    }

    /** @return array<string, array{string, string}> */
    public static function strangers(): array
    {
        return [
            'a page' => ["HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 'right URL'],
            'a redirection' => ["HTTP/1.1 301 x\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n", 'https://elsewhere/'],
            'no page' => ["HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n", 'right URL'],
            'other JSON' => [ScriptedServer::json(200, ['channel' => 'orders']), '"epoch"'],
            'numbers' => [ScriptedServer::json(200, ['channel' => 'a', 'epoch' => 1, 'offset' => 2]), '"epoch"'],
        ];
    }

    /** @dataProvider mistakes */
    public function testFindsMistakesBeforeItSends(\Closure $mistake): void
    {
        $this->expectException(InvalidException::class);
        $mistake(new Publisher('http://127.0.0.1:9/ws/publish'));
    }

    /** @return array<string, array{\Closure(Publisher): mixed}> */
    public static function mistakes(): array
    {
        return [
            'text that is not UTF-8' => [fn (Publisher $one) => $one->publish('a', "\xff")],
            'JSON that is not UTF-8' => [fn (Publisher $one) => $one->publish('a', ["\xff"])],
            'a number that JSON lacks' => [fn (Publisher $one) => $one->publish('a', [NAN])],
            'a header in the key' => [fn (Publisher $one) => $one->publish('a', 'x', idempotencyKey: "a\r\nCookie: b")],
            'no URL' => [fn () => new Publisher('/ws/publish')],
            'a URL with a query' => [fn () => new Publisher('http://localhost/ws/publish?a=b')],
            'no time' => [fn () => new Publisher('http://localhost/ws/publish', timeout: 0)],
        ];
    }
}
