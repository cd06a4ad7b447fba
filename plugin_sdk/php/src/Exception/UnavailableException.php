<?php
// No server, a connection that broke, or a server that can't take it now: the same may work later.
// After a broken connection the message may have been delivered; the same Idempotency-Key tells.
declare(strict_types=1);

namespace ModWebSocket\Exception;

class UnavailableException extends PublishException
{
}
