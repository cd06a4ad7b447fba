<?php
// Sends a request until it is answered or its time is over, and makes an exception of what went wrong.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Exception\PublishException;
use ModWebSocket\Exception\RefusedException;
use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnauthorizedException;
use ModWebSocket\Exception\UnavailableException;
use ModWebSocket\Key;

final class Sender
{
    private const FIRST_PAUSE = 0.1; // seconds; doubles with each attempt
    private const PASSING = [408, 429, 502, 503, 504]; // what another attempt may cure

    /**
     * @param float $timeout seconds for all attempts together
     * @param int   $retries attempts after the first one
     */
    public function __construct(
        private readonly Transport $transport,
        private readonly ?Key $key,
        private readonly float $timeout,
        private readonly int $retries,
    ) {
    }

    /** The answer, of status 2xx, and what its JSON says. */
    public function send(Request $request): Answer
    {
        $end = self::now() + $this->timeout;
        for ($attempt = 0;; $attempt++) {
            // Each attempt gets its share of the time that is left, the last one all of it.
            $share = ($end - self::now()) / ($this->retries - $attempt + 1);
            try {
                return self::answer($request, $this->transport->send($this->signed($request), $share));
            } catch (UnavailableException $error) {
                $pause = $error->retryAfter ?? self::FIRST_PAUSE * 2 ** $attempt * mt_rand(500, 1000) / 1000;
                $passing = $error->status === null || in_array($error->status, self::PASSING, true);
                if (!$passing || $attempt >= $this->retries || self::now() + $pause >= $end) {
                    throw $error;
                }
                usleep((int) ($pause * 1e6));
            }
        }
    }

    private function signed(Request $request): Request
    {
        return $this->key === null ? $request : $request->with($this->key->headers($request, time()));
    }

    private static function answer(Request $request, Response $response): Answer
    {
        $json = $response->json();
        if ($response->status >= 200 && $response->status < 300 && $json !== null) {
            return new Answer($json, $response->header('Idempotent-Replayed') === 'true');
        }
        throw self::exception($request, $response, $json ?? []);
    }

    /** @param array<mixed> $json */
    private static function exception(Request $request, Response $response, array $json): PublishException
    {
        $status = $response->status;
        $class = match (true) {
            $status === 401 => UnauthorizedException::class,
            $status === 403 => RefusedException::class,
            in_array($status, [408, 504], true) => TimeoutException::class,
            $status === 429 || $status >= 500 => UnavailableException::class,
            default => InvalidException::class,
        };
        $why = $json['message'] ?? match (true) {
            $status < 300 => 'this is no answer of websocket-publish; is it the right URL?',
            $status < 400 => 'it redirects to ' . ($response->header('Location') ?? 'somewhere else'),
            $status === 404 => 'nothing is there; is it the right URL?',
            default => 'without a reason',
        };
        $error = $json['error'] ?? null;
        $wait = $response->header('Retry-After');
        return new $class(
            "{$request->method} {$request->url}: $status, " . (is_string($why) ? $why : 'without a reason'),
            $status,
            is_string($error) ? $error : null,
            $wait !== null && ctype_digit($wait) ? (float) $wait : null,
        );
    }

    private static function now(): float
    {
        return hrtime(true) / 1e9;
    }
}
