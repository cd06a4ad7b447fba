<?php
// The way to everybody's browser: see plugin_sdk/php/README.md. httpd.conf gives the two settings by SetEnv.
declare(strict_types=1);

use ModWebSocket\Key;
use ModWebSocket\Publisher;

require_once __DIR__ . '/../../../plugin_sdk/php/autoload.php'; // with Composer: vendor/autoload.php

function publisher(): Publisher
{
    return new Publisher($_SERVER['PUBLISH_URL'], Key::fromFile($_SERVER['PUBLISH_KEY_FILE']));
}
