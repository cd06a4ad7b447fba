<?php
// A form whose message is in the browsers of others when the next page comes.
declare(strict_types=1);

use ModWebSocket\Exception\PublishException;
use ModWebSocket\Level;
use ModWebSocket\Notification;

require __DIR__ . '/../lib/page.php';
require __DIR__ . '/../lib/publisher.php';

const EVERYBODY = 'everybody';
const A_WEEK = 7 * 24 * 3600;

open_session();
$me = current_user() ?? go_to('/sign-in.php');
$problem = '';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    check_form_token();
    $to = field('to');
    $notification = new Notification(
        title: field('title'),
        text: field('text') ?: null,
        level: Level::tryFrom(field('level')) ?? Level::Info,
        link: field('link') ?: null,
    );
    try {
        if ($notification->title === '' || $to !== EVERYBODY && !isset(USERS[$to])) {
            $problem = 'It needs a title and somebody who gets it.';
        } elseif ($to === EVERYBODY) {
            // A topic: all who follow it hear it now, and for a week those who come later.
            $published = publisher()->publish('news', $notification, history: 100, age: A_WEEK);
        } else {
            // One user, in all windows; kept until he comes.
            $published = publisher()->publishToUser($to, $notification, history: 100, age: A_WEEK);
        }
    } catch (PublishException $error) {
        error_log($error->getMessage());
        http_response_code(503);
        $problem = 'It could not be sent. Please try again in a minute.';
    }
    if (isset($published)) {
        $name = USERS[$to]['name'] ?? 'everybody';
        tell("Sent to $name. Open connections that heard it: $published->subscribers.");
        go_to('/send.php');
    }
}

page_begins('Send a notification');
?>
    <h1>Send a notification</h1>
    <p class="lead">A PHP form: it is posted, <code>Publisher</code> hands it to httpd, and the bells ring.</p>
    <form method="post">
      <input type="hidden" name="token" value="<?= form_token() ?>">
      <p class="error" role="alert"><?= text($problem) ?></p>
      <label for="to">To</label>
      <select id="to" name="to">
<?php foreach ([EVERYBODY => 'Everybody'] + array_map(static fn (array $user): string => $user['name'], USERS) as $id => $name): ?>
        <option value="<?= text($id) ?>"<?= $id === field('to') ? ' selected' : '' ?>><?= text($name) ?></option>
<?php endforeach ?>
      </select>
      <label for="title">Title</label>
      <input id="title" name="title" maxlength="200" required value="<?= text(field('title')) ?>">
      <label for="text">Text <small>if there is more to say</small></label>
      <textarea id="text" name="text" rows="3" maxlength="2000"><?= text(field('text')) ?></textarea>
      <div class="pair">
        <div>
          <label for="level">Level</label>
          <select id="level" name="level">
<?php foreach (Level::cases() as $level): ?>
            <option value="<?= $level->value ?>"<?= $level->value === field('level') ? ' selected' : '' ?>><?= $level->name ?></option>
<?php endforeach ?>
          </select>
        </div>
        <div>
          <label for="link">Link <small>where a click leads</small></label>
          <input id="link" name="link" placeholder="/chat/" value="<?= text(field('link')) ?>">
        </div>
      </div>
      <p class="buttons"><button>Send</button></p>
    </form>
<?php page_ends();
