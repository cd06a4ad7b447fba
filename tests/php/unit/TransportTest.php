<?php
// Time limits, retries and broken connections.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use ModWebSocket\Exception\PublishException;
use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnavailableException;
use ModWebSocket\Http\Connection;
use ModWebSocket\Key;
use ModWebSocket\Message;
use ModWebSocket\Publisher;
use PHPUnit\Framework\TestCase;

final class TransportTest extends TestCase
{
    /** @dataProvider ModWebSocket\Tests\Transports::all */
    public function testTriesAgainWithTheSameKey(string $transport): void
    {
        $busy = ScriptedServer::json(503, ['error' => 'busy', 'message' => 'Full.']);
        $server = new ScriptedServer(['answer' => $busy], ['answer' => ''], ['answer' => ScriptedServer::published()]);
        $publisher = new Publisher($server->url(), transport: Transports::make($transport));
        self::assertSame(3, $publisher->publish('orders', 'x')->subscribers);
        $requests = [$server->request(), $server->request(), $server->request()];
        foreach ($requests as $request) {
            self::assertSame($requests[0]['headers']['idempotency-key'], $request['headers']['idempotency-key']);
            self::assertSame('x', $request['body']);
        }
    }

    /** @dataProvider ModWebSocket\Tests\Transports::all */
    public function testGivesUpAfterItsRetries(string $transport): void
    {
        $server = new ScriptedServer(...array_fill(0, 3, ['answer' => '']));
        try {
            (new Publisher($server->url(), transport: Transports::make($transport), retries: 2))->publish('orders', 'x');
            self::fail('no exception');
        } catch (PublishException $error) {
            self::assertSame(UnavailableException::class, $error::class);
            self::assertNull($error->status);
        }
        self::assertCount(3, [$server->request(), $server->request(), $server->request()]);
    }

    public function testDoesNotRepeatWhatWillNotHelp(): void
    {
        $no = ['answer' => ScriptedServer::json(500, ['message' => 'Broken.'])];
        $server = new ScriptedServer($no, ['answer' => ScriptedServer::published()]);
        $this->expectExceptionMessage('Broken.');
        (new Publisher($server->url()))->publish('orders', 'x');
    }

    /** @dataProvider ModWebSocket\Tests\Transports::all */
    public function testSaysThatNobodyListens(string $transport): void
    {
        $server = stream_socket_server('tcp://127.0.0.1:0') ?: throw new \RuntimeException();
        $name = stream_socket_get_name($server, false);
        fclose($server);
        try {
            (new Publisher("http://$name/ws/publish", transport: Transports::make($transport)))->publish('orders', 'x');
            self::fail('no exception');
        } catch (PublishException $error) {
            self::assertSame(UnavailableException::class, $error::class);
        }
    }

    public function testHonoursRetryAfter(): void
    {
        $busy = ['answer' => ScriptedServer::json(503, [], 'Retry-After: 1')];
        $server = new ScriptedServer($busy, ['answer' => ScriptedServer::published()]);
        $start = hrtime(true);
        (new Publisher($server->url()))->publish('orders', 'x');
        self::assertGreaterThanOrEqual(1e9, hrtime(true) - $start);
    }

    public function testDoesNotWaitLongerThanItMay(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::json(503, [], 'Retry-After: 60')]);
        try {
            (new Publisher($server->url()))->publish('orders', 'x');
            self::fail('no exception');
        } catch (UnavailableException $error) {
            self::assertSame(60.0, $error->retryAfter);
        }
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testEndsInTimeWhenNothingComes(string $transport): void
    {
        $server = new ScriptedServer(['keep' => 60]);
        $publisher = new Publisher($server->url(), transport: Transports::make($transport), timeout: 0.5, retries: 1);
        $this->checkTimeout($publisher, 'x');
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testEndsInTimeWhenNobodyReads(string $transport): void
    {
        $server = new ScriptedServer(['deaf' => true, 'keep' => 60]);
        $publisher = new Publisher($server->url(), transport: Transports::make($transport), timeout: 0.5, retries: 0);
        $this->checkTimeout($publisher, str_repeat('x', 20_000_000));
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testEndsInTimeWhenTheAnswerTrickles(string $transport): void
    {
        $server = new ScriptedServer(['answer' => substr(ScriptedServer::published(), 0, -1), 'keep' => 60]);
        $publisher = new Publisher($server->url(), transport: Transports::make($transport), timeout: 0.5, retries: 0);
        $this->checkTimeout($publisher, 'x');
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testASecondAttemptHasTimeAfterASlowFirstOne(string $transport): void
    {
        $server = new ScriptedServer(['keep' => 0.7], ['answer' => ScriptedServer::published()]);
        $publisher = new Publisher($server->url(), transport: Transports::make($transport), timeout: 20, retries: 1);
        self::assertSame(3, $publisher->publish('orders', 'x')->subscribers);
    }

    private function checkTimeout(Publisher $publisher, string $message): void
    {
        try {
            $publisher->publish('orders', Message::text($message));
            self::fail('no exception');
        } catch (PublishException $error) {
            self::assertSame(TimeoutException::class, $error::class);
        }
    }

    /**
     * @dataProvider answers
     */
    public function testReadsAnswersOfAnyForm(string $answer): void
    {
        foreach (['curl', 'streams'] as $transport) {
            foreach ([PHP_INT_MAX, 1] as $piece) {
                $server = new ScriptedServer(['answer' => $answer, 'piece' => $piece]);
                $publisher = new Publisher($server->url(), transport: Transports::make($transport), retries: 0);
                self::assertSame(3, $publisher->publish('orders', 'x')->subscribers);
            }
        }
    }

    /** @return array<string, array{string}> */
    public static function answers(): array
    {
        $body = '{"channel":"orders","epoch":"1","offset":"2","subscribers":3}';
        $chunks = implode('', array_map(
            static fn (string $piece): string => dechex(strlen($piece)) . ";x=y\r\n$piece\r\n",
            str_split($body, 17),
        ));
        return [
            'with a length' => [ScriptedServer::published()],
            'up to its end' => ["HTTP/1.1 200 OK\r\n\r\n$body"],
            'in chunks' => ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{$chunks}0\r\n\r\n"],
            'after an interim one' => ["HTTP/1.1 102 Wait\r\nIdempotent-Replayed: true\r\n\r\n" . ScriptedServer::published()],
            'without a reason phrase' => ["HTTP/1.1 200\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body"],
        ];
    }

    /** @dataProvider brokenAnswers */
    public function testABrokenAnswerIsNoAnswer(string $answer): void
    {
        foreach (['curl', 'streams'] as $transport) {
            $server = new ScriptedServer(['answer' => $answer]);
            try {
                (new Publisher($server->url(), transport: Transports::make($transport), retries: 0))->publish('orders', 'x');
                self::fail('no exception');
            } catch (PublishException $error) {
                self::assertSame(UnavailableException::class, $error::class, $transport);
            }
        }
    }

    /** @return array<string, array{string}> */
    public static function brokenAnswers(): array
    {
        return [
            'nothing' => [''],
            'half a head' => ["HTTP/1.1 200 OK\r\nContent"],
            'half a body' => [substr(ScriptedServer::published(), 0, -5)],
            'half its chunks' => ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cha\r\n"],
            'no HTTP' => ["SSH-2.0-OpenSSH_9.2\r\n\r\n"],
        ];
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testConnectsToAnotherAddress(string $transport): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
        $connection = new Connection(address: $server->address);
        (new Publisher('http://example.org/ws/publish', transport: Transports::make($transport, $connection)))->publish('orders', 'x');
        self::assertSame('example.org', $server->request()['headers']['host']);
    }

    /** @dataProvider ModWebSocket\Tests\Transports::builtIn */
    public function testConnectsToAUnixSocket(string $transport): void
    {
        $path = tempnam(sys_get_temp_dir(), 'ws') . '.sock';
        $server = stream_socket_server("unix://$path") ?: throw new \RuntimeException();
        $child = pcntl_fork();
        if ($child === 0) {
            $connection = stream_socket_accept($server, 10) ?: throw new \RuntimeException();
            fread($connection, 65536);
            fwrite($connection, ScriptedServer::published());
            fclose($connection);
            posix_kill(posix_getpid(), SIGKILL); // without PHPUnit's own end
        }
        try {
            $publisher = new Publisher('http://example.org/ws/publish', transport: Transports::make($transport, new Connection(address: "unix:$path")));
            self::assertSame('orders', $publisher->publish('orders', 'x')->channel);
        } finally {
            posix_kill($child, SIGKILL);
            pcntl_waitpid($child, $status);
            unlink($path);
            unlink(substr($path, 0, -5));
        }
    }

    public function testSignsTheRequestAsItIsSent(): void
    {
        $server = new ScriptedServer(['answer' => ScriptedServer::published()]);
        (new Publisher($server->url(), Key::signature('a-secret')))->publish('ä', "a\nb", history: 1);
        $request = $server->request();
        self::assertSame(1, preg_match('/^t=(\d+),v1=([0-9a-f]{64})$/', $request['headers']['x-websocket-signature'], $match));
        ['content-type' => $type, 'idempotency-key' => $key] = $request['headers'];
        $text = "$match[1]\nPOST\n/ws/publish?channel=%C3%A4&history=1\n$type\n$key\na\nb";
        self::assertSame(hash_hmac('sha256', $text, 'a-secret'), $match[2]);
        self::assertEqualsWithDelta(time(), (int) $match[1], 60);
        self::assertArrayNotHasKey('authorization', $request['headers']);
    }
}
