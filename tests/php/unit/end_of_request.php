<?php
// A script that publishes at its end, if it ends well. Usage: php end_of_request.php URL HOW
declare(strict_types=1);

use ModWebSocket\DeferredPublisher;
use ModWebSocket\Exception\PublishException;
use ModWebSocket\Http\StreamTransport;
use ModWebSocket\Publisher;

require __DIR__ . '/../../../plugin_sdk/php/autoload.php';

ini_set('display_errors', 'stderr');
[, $url, $how] = $argv;
$later = new DeferredPublisher(
    new Publisher($url, transport: new StreamTransport(), timeout: 2, retries: 0),
    $how === 'to a handler' ? static fn (PublishException $error) => print('handled ' . $error::class . "\n") : null,
);
register_shutdown_function(static fn () => print("shutdown of another\n"));
$later->publish('orders', 'first');
$later->publishToUser('ann', 'second');
$later->disconnectUser('bob');
echo "end of the script\n";
match ($how) {
    'well', 'to a handler' => null,
    'by exit' => exit(0),
    'by an exception' => throw new RuntimeException('uncaught'),
    'by a fatal error' => eval('abstract class A { abstract function f(); } class B extends A {}'),
    'by a type error' => strlen([]),
    'with a warning' => trigger_error('only a warning', E_USER_WARNING),
    'with an error page' => http_response_code(500),
    'discarded' => $later->discard(),
};
