<?php
// What a request collected is published when it ended well, and only then.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use ModWebSocket\DeferredPublisher;
use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Exception\UnavailableException;
use ModWebSocket\Http\Request;
use ModWebSocket\Http\Response;
use ModWebSocket\Http\Transport;
use ModWebSocket\Publisher;
use PHPUnit\Framework\TestCase;

final class DeferredPublisherTest extends TestCase
{
    /** Notes the requests; fails as often as told. */
    private static function transport(): Transport
    {
        return new class () implements Transport {
            /** @var list<Request> */
            public array $requests = [];
            public int $failures = 0;

            public function send(Request $request, float $timeout): Response
            {
                $this->requests[] = $request;
                if ($this->failures-- > 0) {
                    throw new UnavailableException('away');
                }
                $one = ['channel' => 'c', 'epoch' => '1', 'offset' => '1', 'subscribers' => 0, 'user' => 'u'];
                return new Response(200, [], (string) json_encode($one + ['messages' => [$one, $one]]));
            }
        };
    }

    private static function script(string $url, string $how): string
    {
        $command = [PHP_BINARY, __DIR__ . '/end_of_request.php', $url, $how];
        return (string) shell_exec(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1');
    }

    /** @dataProvider goodEnds */
    public function testPublishesAfterAGoodEnd(string $how): void
    {
        $answer = ['answer' => ScriptedServer::published()];
        $server = new ScriptedServer($answer, $answer, ['answer' => ScriptedServer::json(200, ['user' => 'bob'])]);
        $output = self::script($server->url(), $how);
        self::assertStringContainsString("end of the script\n", $output);
        self::assertStringContainsString('shutdown of another', $output);
        $requests = [$server->request(), $server->request(), $server->request()];
        self::assertSame(['first', 'second'], [$requests[0]['body'], $requests[1]['body']]);
        self::assertStringContainsString('/users?user=ann', $requests[1]['line']);
        self::assertStringContainsString('/users/disconnect?user=bob', $requests[2]['line']);
    }

    /** @return list<array{string}> */
    public static function goodEnds(): array
    {
        return [['well'], ['by exit'], ['with a warning']];
    }

    /** @dataProvider badEnds */
    public function testPublishesNothingAfterABadEnd(string $how): void
    {
        // The script's exit shows that it made no attempt: nobody listens at this address, and it says so.
        $output = self::script('http://127.0.0.1:9/ws/publish', $how);
        self::assertStringContainsString("end of the script\n", $output);
        self::assertStringContainsString('shutdown of another', $output);
        self::assertStringNotContainsString('UnavailableException', $output);
    }

    /** @return list<array{string}> */
    public static function badEnds(): array
    {
        return [
            ['by an exception'], ['by a fatal error'], ['by a type error'], ['with an error page'], ['discarded'],
        ];
    }

    public function testSaysWhatFailedAtTheEnd(): void
    {
        self::assertStringContainsString('UnavailableException', self::script('http://127.0.0.1:9/ws/publish', 'well'));
        $handled = self::script('http://127.0.0.1:9/ws/publish', 'to a handler');
        self::assertSame(1, substr_count($handled, 'handled ' . UnavailableException::class), $handled);
    }

    public function testFlushSendsInOrderAndOnce(): void
    {
        $transport = self::transport();
        $later = new DeferredPublisher(new Publisher('http://localhost/p', transport: $transport, retries: 0), atEnd: false);
        $later->publish('a', 'first');
        $later->publishToMany(['a', 'b'], [], 'second');
        $later->publishToUser('u', 'third');
        self::assertSame([3, []], [$later->count(), $transport->requests]);
        $later->flush();
        $later->flush();
        self::assertSame(['first', 'second', 'third'], array_column($transport->requests, 'body'));
        self::assertSame(0, $later->count());
    }

    public function testWhatFailedIsFlushedAgainWithTheSameKey(): void
    {
        $transport = self::transport();
        $transport->failures = 1;
        $later = new DeferredPublisher(new Publisher('http://localhost/p', transport: $transport, retries: 0), atEnd: false);
        $later->publish('a', 'first');
        $later->publish('a', 'second');
        try {
            $later->flush();
            self::fail('no exception');
        } catch (UnavailableException) {
            self::assertSame(2, $later->count());
        }
        $later->flush();
        [$failed, $again, $second] = $transport->requests;
        self::assertSame(['first', 'first', 'second'], [$failed->body, $again->body, $second->body]);
        self::assertSame($failed->headers['Idempotency-Key'], $again->headers['Idempotency-Key']);
        self::assertNotSame($again->headers['Idempotency-Key'], $second->headers['Idempotency-Key']);
    }

    public function testATransactionThatFailsPublishesNothing(): void
    {
        $transport = self::transport();
        $later = new DeferredPublisher(new Publisher('http://localhost/p', transport: $transport), atEnd: false);
        $later->publish('a', 'before');
        self::assertSame(12, $later->transaction(static function () use ($later): int {
            $later->publish('a', 'committed');
            return 12;
        }));
        try {
            $later->transaction(static function () use ($later): never {
                $later->publish('a', 'rolled back');
                throw new \LogicException('rollback');
            });
        } catch (\LogicException) {
            self::assertSame(2, $later->count());
        }
        $later->flush();
        self::assertSame(['before', 'committed'], array_column($transport->requests, 'body'));
    }

    public function testFindsAMistakeWhereItIsMade(): void
    {
        $later = new DeferredPublisher(new Publisher('http://localhost/p', transport: self::transport()), atEnd: false);
        $this->expectException(InvalidException::class);
        $later->publish('a', "\xff");
    }
}
