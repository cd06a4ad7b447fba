<?php
// Who may sign in. On a site of yours this is a table of its database. All passwords are "demo", made with
// php -r 'echo password_hash("demo", PASSWORD_DEFAULT);'
declare(strict_types=1);

const USERS = [
    'ann' => ['name' => 'Ann', 'password' => '$2y$10$FIX9pDX6dpuHZe.9W3K3dujVCgYmiwGnTrHigWWIn0l5TWPxqwy0O'],
    'bob' => ['name' => 'Bob', 'password' => '$2y$10$/bY9fLqAxtFJx4yDFdkxveIVyBGdhhatLs1gh4GkJkuoFqTSaQDZ6'],
    'zoe' => ['name' => 'Zoë', 'password' => '$2y$10$Nx2E6fj8ErYOyXF84gUFmuhrRdBDv/kXtcziWC9gA1s3eY0l4g7Gy'],
];

/** @return ?string the user's id, if that is the password */
function check_password(string $user, string $password): ?string
{
    // Somebody unknown takes as long as a wrong password, so that nobody can find out who is known.
    $hash = USERS[$user]['password'] ?? USERS['ann']['password'];
    return password_verify($password, $hash) && isset(USERS[$user]) ? $user : null;
}
