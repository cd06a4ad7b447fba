<?php
// Sends through a PSR-18 client, such as Guzzle or Symfony's. Its time limits are set at that client: PSR-18 has none.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\UnavailableException;
use Psr\Http\Client\ClientExceptionInterface;
use Psr\Http\Client\ClientInterface;
use Psr\Http\Message\RequestFactoryInterface;
use Psr\Http\Message\StreamFactoryInterface;

final class Psr18Transport implements Transport
{
    public function __construct(
        private readonly ClientInterface $client,
        private readonly RequestFactoryInterface $requests,
        private readonly StreamFactoryInterface $streams,
    ) {
    }

    public function send(Request $request, float $timeout): Response
    {
        $message = $this->requests->createRequest($request->method, $request->url)
            ->withBody($this->streams->createStream($request->body));
        foreach ($request->headers as $name => $value) {
            $message = $message->withHeader($name, $value);
        }
        try {
            $answer = $this->client->sendRequest($message);
            $headers = [];
            foreach (array_keys($answer->getHeaders()) as $name) {
                $headers[strtolower((string) $name)] = $answer->getHeaderLine((string) $name);
            }
            return new Response($answer->getStatusCode(), $headers, (string) $answer->getBody());
        } catch (ClientExceptionInterface $error) {
            throw new UnavailableException(
                "{$request->method} {$request->url}: {$error->getMessage()}",
                previous: $error instanceof \Throwable ? $error : null,
            );
        }
    }
}
