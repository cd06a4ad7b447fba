<?php
// The key is missing or wrong, or the clocks of both machines differ by more than 300 s (401).
declare(strict_types=1);

namespace ModWebSocket\Exception;

final class UnauthorizedException extends PublishException
{
}
