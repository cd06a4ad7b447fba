<?php
// An HTTP server that does what its script says, one entry a connection, and tells each request that came as a line of
// JSON. Usage: php scripted_server.php SCRIPT-AS-JSON. An entry is the bytes to answer, and may have: "pause" (seconds
// before it), "keep" (seconds that the connection stays open after it), "deaf" (does not read the request).
declare(strict_types=1);

$server = stream_socket_server('tcp://127.0.0.1:0') ?: exit(1);
echo stream_socket_get_name($server, false), "\n";
foreach (json_decode($argv[1], true, 8, JSON_THROW_ON_ERROR) as $entry) {
    $connection = stream_socket_accept($server, 60) ?: exit(1);
    $head = $body = '';
    if (!($entry['deaf'] ?? false)) {
        while (!str_contains($head, "\r\n\r\n") && !feof($connection)) {
            $head .= fgets($connection);
        }
        preg_match('/^content-length: *(\d+)/im', $head, $length);
        while (($left = (int) ($length[1] ?? 0) - strlen($body)) > 0 && !feof($connection)) {
            $body .= fread($connection, $left);
        }
    }
    usleep((int) (($entry['pause'] ?? 0) * 1e6));
    foreach (str_split($entry['answer'] ?? '', $entry['piece'] ?? PHP_INT_MAX) as $piece) {
        fwrite($connection, $piece);
    }
    if ($head !== '') {
        echo json_encode(['head' => $head, 'body' => base64_encode($body)]), "\n";
    }
    usleep((int) (($entry['keep'] ?? 0) * 1e6));
    fclose($connection);
}
