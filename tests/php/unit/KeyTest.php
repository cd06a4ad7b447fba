<?php
// Keys from files, and that they stay secret.
declare(strict_types=1);

namespace ModWebSocket\Tests;

use ModWebSocket\Exception\InvalidException;
use ModWebSocket\Http\Request;
use ModWebSocket\Key;
use ModWebSocket\Scheme;
use PHPUnit\Framework\TestCase;

final class KeyTest extends TestCase
{
    private string $file;

    protected function setUp(): void
    {
        $this->file = (string) tempnam(sys_get_temp_dir(), 'ws');
    }

    protected function tearDown(): void
    {
        unlink($this->file);
    }

    public function testTakesTheFirstKeyOfTheServersFile(): void
    {
        file_put_contents($this->file, "# the new one\r\n\n  first  \r\nsecond\n");
        $headers = Key::fromFile($this->file, Scheme::Bearer)->headers(new Request('GET', 'http://localhost/'), 0);
        self::assertSame(['Authorization' => 'Bearer first'], $headers);
    }

    /** @dataProvider badFiles */
    public function testSaysWhenThereIsNone(?string $text): void
    {
        $this->expectException(InvalidException::class);
        if ($text !== null) {
            file_put_contents($this->file, $text);
        }
        Key::fromFile($text === null ? "$this->file.gone" : $this->file);
    }

    /** @return array<string, array{?string}> */
    public static function badFiles(): array
    {
        return ['no file' => [null], 'empty' => [''], 'comments' => ["# a\n\n"], 'blanks' => ["two words\n"]];
    }

    public function testIsNotShown(): void
    {
        $key = Key::bearer('a-secret');
        ob_start();
        var_dump($key);
        self::assertStringNotContainsString('a-secret', ob_get_clean() . print_r($key, true));
    }
}
