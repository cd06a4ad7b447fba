<?php
// There was no answer in time. The message may have been delivered; the same Idempotency-Key tells.
declare(strict_types=1);

namespace ModWebSocket\Exception;

final class TimeoutException extends UnavailableException
{
}
