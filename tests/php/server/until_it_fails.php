<?php
// Publishes until that fails; then says how, and after how many seconds. Usage: php until_it_fails.php URL KEY-FILE TIMEOUT
declare(strict_types=1);

use ModWebSocket\Exception\PublishException;
use ModWebSocket\Key;
use ModWebSocket\Publisher;

require __DIR__ . '/../../../plugin_sdk/php/autoload.php';

$publisher = new Publisher($argv[1], Key::fromFile($argv[2]), timeout: (float) $argv[3]);
for ($number = 0;; $number++) {
    $start = hrtime(true);
    try {
        $publisher->publish('until', (string) $number);
        echo $number === 0 ? "begun\n" : '';
    } catch (PublishException $error) {
        printf("%s %.3f\n", $error::class, (hrtime(true) - $start) / 1e9);
        exit;
    }
}
