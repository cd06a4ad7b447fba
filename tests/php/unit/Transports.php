<?php
// The transports, each of which must pass the same tests.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use GuzzleHttp\Client;
use GuzzleHttp\Psr7\HttpFactory;
use ModWebSocket\Http\Connection;
use ModWebSocket\Http\CurlTransport;
use ModWebSocket\Http\Psr18Transport;
use ModWebSocket\Http\StreamTransport;
use ModWebSocket\Http\Transport;

final class Transports
{
    public static function make(string $kind, Connection $connection = new Connection()): Transport
    {
        return match ($kind) {
            'curl' => new CurlTransport($connection),
            'streams' => new StreamTransport($connection),
            'psr18' => new Psr18Transport(new Client(['http_errors' => false]), new HttpFactory(), new HttpFactory()),
        };
    }

    /** @return array<string, array{string}> */
    public static function all(): array
    {
        return ['curl' => ['curl'], 'streams' => ['streams'], 'psr18' => ['psr18']];
    }

    /** @return array<string, array{string}> those that keep to time limits by themselves */
    public static function builtIn(): array
    {
        return ['curl' => ['curl'], 'streams' => ['streams']];
    }
}
