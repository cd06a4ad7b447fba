<?php
// A page of the demo site: shows that PHP answers, and leads to the chat on the same port.
declare(strict_types=1);
header("Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'");

function text(string $value): string
{
    return htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

$tls = ($_SERVER['HTTPS'] ?? 'off') === 'on';
$facts = [
    'PHP' => PHP_VERSION . ' (' . PHP_SAPI . ')',
    'Server' => $_SERVER['SERVER_SOFTWARE'],
    'This request' => $_SERVER['SERVER_PROTOCOL'] . ($tls ? ' over TLS' : ''),
    'You are' => $_SERVER['REMOTE_ADDR'],
    'Time here' => gmdate('Y-m-d H:i:s') . ' UTC',
];
?>
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A PHP site with WebSockets</title>
  <link rel="stylesheet" href="style.css">
  <link rel="icon" href="icon.svg" type="image/svg+xml">
</head>
<body>
  <main>
    <h1>This page is PHP.</h1>
    <p class="lead">On the same port, the same Apache httpd speaks WebSocket:
      no second server, no proxy, no process for each visitor.</p>
    <p><a class="button" href="/chat/">Open the chat</a></p>
    <dl>
<?php foreach ($facts as $name => $value): ?>
      <div><dt><?= text($name) ?></dt><dd><?= text($value) ?></dd></div>
<?php endforeach ?>
    </dl>
    <p class="hint">Open the chat in two windows, or on two machines, and talk. The WebSockets are
      <code><?= $tls ? 'wss' : 'ws' ?>://<?= text($_SERVER['HTTP_HOST'] ?? 'localhost') ?>/ws/chat</code>
      and <code>/ws/echo</code>.</p>
  </main>
</body>
</html>
