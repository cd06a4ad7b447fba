<?php
// Tells httpd whose WebSocket this is: "WebSocketAuthorize /ws-auth.php" makes each handshake ask here first, with the
// cookies of the visitor. The session that the pages use is all that it takes.
declare(strict_types=1);

require __DIR__ . '/../lib/session.php';

open_session(write: false);
$user = current_user();
if ($user === null) {
    http_response_code(204); // a guest: welcome where the plugin lets guests in. 401 or 403 would refuse him
    exit;
}
header("WebSocket-User: $user");
header('WebSocket-Name: ' . rawurlencode(USERS[$user]['name']));
// There is more: WebSocket-Subscribe, WebSocket-Publish (channels), WebSocket-Expires (seconds), WebSocket-Data (for the plugin).
http_response_code(204);
