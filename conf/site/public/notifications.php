<?php
// All notifications of whoever is signed in, and the topics that he follows.
declare(strict_types=1);

require __DIR__ . '/../lib/page.php';

open_session();
$user = current_user() ?? go_to('/sign-in.php');

page_begins('Notifications');
?>
    <script type="module" src="/notifications/center.js"></script>
    <notification-center user="<?= text($user) ?>"></notification-center>
<?php page_ends();
