<?php
// What everything that this package throws is: one catch for "it was not published".
declare(strict_types=1);

namespace ModWebSocket\Exception;

abstract class PublishException extends \RuntimeException
{
    /**
     * @param ?int    $status HTTP status of the answer; null when there was none
     * @param ?string $error  the server's word for the cause, such as "bad_channel"
     */
    final public function __construct(
        string $message,
        public readonly ?int $status = null,
        public readonly ?string $error = null,
        public readonly ?float $retryAfter = null,
        ?\Throwable $previous = null,
    ) {
        parent::__construct($message, $status ?? 0, $previous);
    }
}
