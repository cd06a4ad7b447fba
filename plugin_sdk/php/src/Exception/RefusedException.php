<?php
// httpd does not let this machine publish here: see the Location's Require lines (403).
declare(strict_types=1);

namespace ModWebSocket\Exception;

final class RefusedException extends PublishException
{
}
