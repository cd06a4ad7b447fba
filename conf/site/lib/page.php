<?php
// The frame of every page: the bar at the top, with the bell of whoever is signed in.
declare(strict_types=1);

require_once __DIR__ . '/session.php';

function text(string $value): string
{
    return htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function go_to(string $path): never
{
    header("Location: $path", true, 303);
    exit;
}

/** What the next page shows once. */
function tell(string $message): void
{
    $_SESSION['message'] = $message;
}

function page_begins(string $title): void
{
    // The bell is a script of this site, with one connection for all tabs.
    header("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; "
        . "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    $user = current_user();
    ?>
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title><?= text($title) ?></title>
  <link rel="stylesheet" href="/style.css">
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
<?php if ($user !== null): ?>
  <script type="module" src="/notifications/bell.js"></script>
<?php endif ?>
</head>
<body>
  <header>
    <nav>
      <a class="brand" href="/">Demo</a>
<?php if ($user !== null): ?>
      <a href="/send.php">Send</a>
      <a href="/notifications.php">Notifications</a>
<?php endif ?>
      <a href="/chat/">Chat</a>
    </nav>
<?php if ($user !== null): ?>
    <notification-bell user="<?= text($user) ?>" page="/notifications.php"></notification-bell>
    <form action="/sign-out.php" method="post">
      <input type="hidden" name="token" value="<?= form_token() ?>">
      <button class="quiet">Sign out, <?= text(USERS[$user]['name']) ?></button>
    </form>
<?php else: ?>
    <a class="button small" href="/sign-in.php">Sign in</a>
<?php endif ?>
  </header>
  <main>
<?php if (isset($_SESSION['message'])): ?>
    <p class="message" role="status"><?= text($_SESSION['message']) ?></p>
<?php endif;
    unset($_SESSION['message']);
}

function page_ends(): void
{
    echo "  </main>\n</body>\n</html>\n";
}
