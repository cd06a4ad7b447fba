<?php
// Collects what a request wants to publish, and publishes it after the request ended well: the visitor does not wait for
// it, and what failed on the way was never said. One for each request.
declare(strict_types=1);

namespace ModWebSocket;

use ModWebSocket\Exception\PublishException;
use ModWebSocket\Exception\UnavailableException;

final class DeferredPublisher
{
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;

    /** @var list<\Closure(): mixed> */
    private array $waiting = [];

    /**
     * @param ?\Closure(PublishException): void $onError at the request's end, when nobody can catch; null: error_log()
     * @param bool $atEnd false: only flush() publishes, as in a worker that serves many requests
     */
    public function __construct(
        private readonly Publisher $publisher,
        private readonly ?\Closure $onError = null,
        bool $atEnd = true,
    ) {
        if ($atEnd) {
            // Once more from inside, to come after the shutdown functions that others registered since.
            register_shutdown_function(fn () => register_shutdown_function($this->end(...)));
        }
    }

    /** @param Message|\JsonSerializable|array<mixed>|string $message as for Publisher::publish() */
    public function publish(
        string $channel,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): void {
        $message = Message::of($message);
        $key = $idempotencyKey ?? Publisher::newIdempotencyKey();
        $this->waiting[] = fn () => $this->publisher->publish($channel, $message, $history, $age, $key);
    }

    /** @param Message|\JsonSerializable|array<mixed>|string $message as for Publisher::publishToUser() */
    public function publishToUser(
        string $user,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): void {
        $message = Message::of($message);
        $key = $idempotencyKey ?? Publisher::newIdempotencyKey();
        $this->waiting[] = fn () => $this->publisher->publishToUser($user, $message, $history, $age, $key);
    }

    /**
     * @param list<string> $channels
     * @param list<string> $users
     * @param Message|\JsonSerializable|array<mixed>|string $message as for Publisher::publishToMany()
     */
    public function publishToMany(
        array $channels,
        array $users,
        Message|\JsonSerializable|array|string $message,
        ?int $history = null,
        ?int $age = null,
        ?string $idempotencyKey = null,
    ): void {
        $message = Message::of($message);
        $key = $idempotencyKey ?? Publisher::newIdempotencyKey();
        $this->waiting[] = fn () => $this->publisher->publishToMany($channels, $users, $message, $history, $age, $key);
    }

    public function disconnectUser(string $user, int $code = 4403, string $reason = 'signed out'): void
    {
        $this->waiting[] = fn () => $this->publisher->disconnectUser($user, $code, $reason);
    }

    /** How many wait. */
    public function count(): int
    {
        return count($this->waiting);
    }

    /**
     * Publishes now what waits, in order. When this throws, the one that failed and those after it still wait, and may be
     * flushed again: none is delivered twice.
     */
    public function flush(): void
    {
        while ($this->waiting !== []) {
            $this->waiting[0]();
            array_shift($this->waiting);
        }
    }

    /** Forgets what waits, as after a rollback. */
    public function discard(): void
    {
        $this->waiting = [];
    }

    /**
     * Runs $work, such as a database transaction. When it throws, what it wanted to publish is forgotten.
     *
     * @template T
     *
     * @param \Closure(): T $work
     *
     * @return T
     */
    public function transaction(\Closure $work): mixed
    {
        $before = $this->waiting;
        try {
            return $work();
        } catch (\Throwable $error) {
            $this->waiting = $before;
            throw $error;
        }
    }

    private function end(): void
    {
        if ($this->waiting === [] || !self::endedWell()) {
            return;
        }
        self::letVisitorGo();
        while ($this->waiting !== []) {
            try {
                $this->flush();
            } catch (PublishException $error) {
                ($this->onError ?? static fn (PublishException $error) => error_log((string) $error))($error);
                if ($error instanceof UnavailableException) {
                    return; // so would the others be
                }
                array_shift($this->waiting);
            }
        }
    }

    /** No fatal error, no uncaught exception, no error page, and not cut off because the visitor went away. */
    private static function endedWell(): bool
    {
        return ((error_get_last()['type'] ?? 0) & self::FATAL) === 0
            && http_response_code() < 500
            && connection_aborted() === 0;
    }

    /** He has his page, and his next request need not wait for this one's session. */
    private static function letVisitorGo(): void
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        }
    }
}
