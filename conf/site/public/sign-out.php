<?php
// Signing out: of the session, and of every WebSocket that was opened with it.
declare(strict_types=1);

use ModWebSocket\Exception\PublishException;

require __DIR__ . '/../lib/page.php';
require __DIR__ . '/../lib/publisher.php';

open_session();
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    check_form_token();
    $user = current_user();
    sign_out(); // first, or a socket that is closed could come back
    if ($user !== null) {
        try {
            publisher()->disconnectUser($user);
        } catch (PublishException $error) {
            error_log($error->getMessage()); // he is signed out all the same
        }
    }
}
go_to('/');
