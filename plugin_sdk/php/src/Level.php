<?php
// How much a notification matters.
declare(strict_types=1);

namespace ModWebSocket;

enum Level: string
{
    case Info = 'info';
    case Success = 'success';
    case Warning = 'warning';
    case Error = 'error';
}
