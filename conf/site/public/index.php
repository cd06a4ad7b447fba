<?php
// The front page.
declare(strict_types=1);

require __DIR__ . '/../lib/page.php';

open_session();
$user = current_user();
$tls = ($_SERVER['HTTPS'] ?? '') === 'on';
$facts = [
    'PHP' => PHP_VERSION . ' (' . PHP_SAPI . ')',
    'Server' => $_SERVER['SERVER_SOFTWARE'],
    'This request' => $_SERVER['SERVER_PROTOCOL'] . ($tls ? ' over TLS' : ''),
    'You are' => ($user === null ? 'a guest' : USERS[$user]['name']) . ", at {$_SERVER['REMOTE_ADDR']}",
];

page_begins('A PHP site with WebSockets');
?>
    <h1><?= $user === null ? 'This page is PHP.' : 'Hello, ' . text(USERS[$user]['name']) . '.' ?></h1>
    <p class="lead">On the same port, the same Apache httpd speaks WebSocket:
      no second server, no proxy, no process for each visitor.</p>
    <p class="buttons">
<?php if ($user === null): ?>
      <a class="button" href="/sign-in.php">Sign in</a>
<?php else: ?>
      <a class="button" href="/send.php">Send a notification</a>
<?php endif ?>
      <a class="button second" href="/chat/">Open the chat</a>
    </p>
    <dl>
<?php foreach ($facts as $name => $value): ?>
      <div><dt><?= text($name) ?></dt><dd><?= text($value) ?></dd></div>
<?php endforeach ?>
    </dl>
<?php if ($user === null): ?>
    <p class="hint">Sign in as two people in two browsers (or a private window): what one sends from a PHP form, the bell of the
      other shows at once. The chat takes guests, too.</p>
<?php else: ?>
    <p class="hint">The bell counts what you have not read, in all your tabs. The chat knows you by the name that you signed in with.</p>
<?php endif ?>
<?php page_ends();
