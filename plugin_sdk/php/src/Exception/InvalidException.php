<?php
// The request itself is wrong, and would be the next time: a bad channel name, text that is not UTF-8,
// a message that is too large, an Idempotency-Key used for something else, a URL that is not the right one.
declare(strict_types=1);

namespace ModWebSocket\Exception;

final class InvalidException extends PublishException
{
}
