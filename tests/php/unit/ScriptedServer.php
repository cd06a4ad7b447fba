<?php
// Runs scripted_server.php in a process of its own, until this object is gone.
declare(strict_types=1);

namespace ModWebSocket\Tests;

final class ScriptedServer
{
    /** @var resource */
    private $process;
    /** @var resource */
    private $output;
    public readonly string $address;

    /** @param array<string, mixed> ...$entries see scripted_server.php */
    public function __construct(array ...$entries)
    {
        $command = [PHP_BINARY, __DIR__ . '/scripted_server.php', json_encode($entries, JSON_THROW_ON_ERROR)];
        $this->process = proc_open($command, [1 => ['pipe', 'w']], $pipes) ?: throw new \RuntimeException('no server');
        $this->output = $pipes[1];
        $this->address = trim((string) fgets($this->output));
    }

    public function __destruct()
    {
        proc_terminate($this->process, SIGKILL);
        fclose($this->output);
        proc_close($this->process);
    }

    public function url(): string
    {
        return "http://$this->address/ws/publish";
    }

    /** @return array{line: string, headers: array<string, string>, body: string} the next request that came */
    public function request(): array
    {
        $told = json_decode((string) fgets($this->output), true, 8, JSON_THROW_ON_ERROR);
        $lines = explode("\r\n", trim($told['head']));
        $headers = [];
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(': ', $line, 2);
            $headers[strtolower($name)] = $value;
        }
        return ['line' => $lines[0], 'headers' => $headers, 'body' => base64_decode($told['body'])];
    }

    /**
     * An answer in JSON, for an entry of the script.
     *
     * @param array<mixed> $json
     */
    public static function json(int $status, array $json, string ...$headers): string
    {
        $body = json_encode((object) $json, JSON_THROW_ON_ERROR);
        $lines = ["HTTP/1.1 $status Whatever", 'Content-Type: application/json', 'Content-Length: ' . strlen($body)];
        return implode("\r\n", [...$lines, 'Connection: close', ...$headers]) . "\r\n\r\n$body";
    }

    /** What websocket-publish says when all is well. */
    public static function published(string $channel = 'orders', string ...$headers): string
    {
        $answer = ['channel' => $channel, 'epoch' => '7', 'offset' => '18446744073709551615', 'subscribers' => 3];
        return self::json(200, $answer, ...$headers);
    }
}
