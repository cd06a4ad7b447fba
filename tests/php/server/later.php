<?php
// A page that publishes after its end. ?url= where, ?how= the page ends.
declare(strict_types=1);

use ModWebSocket\DeferredPublisher;
use ModWebSocket\Publisher;

require $_SERVER['PHP_SDK'] . '/autoload.php';

session_start();
$later = new DeferredPublisher(new Publisher($_GET['url'], timeout: 20, retries: 0));
$later->publish('later', $_GET['how']);
echo 'The page ends ', $_GET['how'], '.';
match ($_GET['how']) {
    'well' => null,
    'by exit' => exit,
    'by an exception' => throw new RuntimeException('uncaught'),
    'with an error page' => http_response_code(500),
};
