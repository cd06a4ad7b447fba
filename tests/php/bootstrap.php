<?php
// For PHPUnit: the package, its tests' helpers, and Debian's Guzzle.
declare(strict_types=1);

error_reporting(E_ALL);
require __DIR__ . '/../../plugin_sdk/php/autoload.php';
require __DIR__ . '/unit/ScriptedServer.php';
require __DIR__ . '/unit/Transports.php';
require __DIR__ . '/server/WebSocketClient.php';
require '/usr/share/php/GuzzleHttp/autoload.php';
