<?php
// Who is signed in: a plain PHP session. Nothing here knows of WebSockets.
declare(strict_types=1);

require_once __DIR__ . '/users.php';

/** $write: false for what only looks: it does not wait for another request of the same visitor. */
function open_session(bool $write = true): void
{
    $tls = ($_SERVER['HTTPS'] ?? '') === 'on';
    session_start([
        'name' => $tls ? '__Host-session' : 'session',
        'cookie_secure' => $tls,
        'cookie_httponly' => true,
        'cookie_samesite' => 'Lax',
        'use_strict_mode' => true,
        'read_and_close' => !$write,
    ]);
}

/** The id of who is signed in; null: a guest. */
function current_user(): ?string
{
    $user = $_SESSION['user'] ?? null;
    return is_string($user) && isset(USERS[$user]) ? $user : null;
}

function sign_in(string $user): void
{
    session_regenerate_id(true); // whoever knew the old id does not know this one
    $_SESSION = ['user' => $user];
}

function sign_out(): void
{
    $_SESSION = [];
    session_regenerate_id(true);
    session_write_close(); // from now on no handshake finds him signed in
}

/** What every form carries, and only this site's pages know. */
function form_token(): string
{
    return $_SESSION['token'] ??= bin2hex(random_bytes(16));
}

/** Ends a POST that did not come from a form of ours. */
function check_form_token(): void
{
    $sent = $_POST['token'] ?? '';
    if (!is_string($sent) || !hash_equals(form_token(), $sent)) {
        http_response_code(403);
        exit('This form is too old. Go back, load the page again, and send it once more.');
    }
}

/** A field of the form, without what people leave around it. */
function field(string $name): string
{
    $value = $_POST[$name] ?? '';
    return is_string($value) ? trim($value) : '';
}
