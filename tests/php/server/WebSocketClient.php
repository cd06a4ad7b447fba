<?php
// A WebSocket client, as much of one as the tests need: of the plugin "channels" of tests/httpd.
declare(strict_types=1);

namespace ModWebSocket\Tests;

final class WebSocketClient
{
    /** @var resource */
    private $stream;

    /** @param string $address as 127.0.0.1:8080 */
    public function __construct(string $address, string $path, string ...$headers)
    {
        $this->stream = stream_socket_client("tcp://$address", $code, $text, 10) ?: throw new \RuntimeException($text);
        stream_set_timeout($this->stream, 10);
        $lines = [
            "GET $path HTTP/1.1", 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade',
            'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: ' . base64_encode(random_bytes(16)), ...$headers,
        ];
        fwrite($this->stream, implode("\r\n", $lines) . "\r\n\r\n");
        $status = (string) fgets($this->stream);
        if (!str_contains($status, ' 101 ')) {
            throw new \RuntimeException($status);
        }
        while (trim((string) fgets($this->stream)) !== '') {
        }
    }

    public function send(string $text): void
    {
        $mask = random_bytes(4);
        $masked = $text ^ str_repeat($mask, intdiv(strlen($text), 4) + 1);
        fwrite($this->stream, "\x81" . chr(0x80 | strlen($text)) . $mask . $masked);
    }

    /** @return array{int, string} opcode and payload of the next message; of a Close its code */
    public function receive(): array
    {
        [$first, $length] = array_values((array) unpack('C2', $this->read(2)));
        $length = match ($length) {
            126 => (int) (unpack('n', $this->read(2)) ?: [])[1],
            127 => (int) (unpack('J', $this->read(8)) ?: [])[1],
            default => $length,
        };
        $payload = $length > 0 ? $this->read($length) : '';
        return $first === 0x88 ? [8, (string) (unpack('n', $payload) ?: [])[1]] : [$first & 15, $payload];
    }

    /** Hears a channel from now on. */
    public function subscribe(string $channel): self
    {
        $this->send("subscribe $channel");
        $this->receive();
        return $this;
    }

    private function read(int $length): string
    {
        $data = '';
        while (strlen($data) < $length) {
            $piece = fread($this->stream, $length - strlen($data));
            if ($piece === false || $piece === '') {
                throw new \RuntimeException('the connection ended, or nothing came');
            }
            $data .= $piece;
        }
        return $data;
    }
}
