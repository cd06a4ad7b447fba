<?php
// Publishes messages with rising numbers to one channel until standard input ends, or so many as told; then says how many
// were published. Usage: php stream_of_messages.php URL KEY-FILE CHANNEL [COUNT]
declare(strict_types=1);

use ModWebSocket\Key;
use ModWebSocket\Publisher;

require __DIR__ . '/../../../plugin_sdk/php/autoload.php';

[, $url, $keyFile, $channel] = $argv;
$count = (int) ($argv[4] ?? PHP_INT_MAX);
$publisher = new Publisher($url, Key::fromFile($keyFile), timeout: 30, retries: 20);
stream_set_blocking(STDIN, false);
$start = hrtime(true);
for ($number = 0; $number < $count; $number++) {
    if ($count === PHP_INT_MAX && fread(STDIN, 1) === '' && feof(STDIN)) {
        break;
    }
    $publisher->publish($channel, (string) $number, history: 10000);
    if ($number === 0) {
        echo "begun\n";
    }
}
printf("%d %.1f\n", $number, $number / max((hrtime(true) - $start) / 1e9, 1e-9));
