<?php
// Signing in, as on any PHP site.
declare(strict_types=1);

require __DIR__ . '/../lib/page.php';

open_session();
$problem = '';
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    check_form_token();
    $user = check_password(field('user'), field('password'));
    if ($user !== null) {
        sign_in($user);
        go_to('/');
    }
    http_response_code(422);
    $problem = 'That is not the name and the password of anybody here.';
}

page_begins('Sign in');
?>
    <h1>Sign in</h1>
    <form method="post">
      <input type="hidden" name="token" value="<?= form_token() ?>">
      <p class="error" role="alert"><?= text($problem) ?></p>
      <label for="user">Name</label>
      <input id="user" name="user" autocomplete="username" autocapitalize="none" required autofocus
             value="<?= text(field('user')) ?>">
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <p class="buttons"><button>Sign in</button></p>
    </form>
    <p class="hint">Here live <?= implode(', ', array_map(static fn (string $id): string => '<code>' . text($id) . '</code>', array_keys(USERS))) ?>;
      the password of each is <code>demo</code>.</p>
<?php page_ends();
