<?php
// Carries one request to the server and its answer back. Give Publisher one of your own for tests.
declare(strict_types=1);

namespace ModWebSocket\Http;

use ModWebSocket\Exception\TimeoutException;
use ModWebSocket\Exception\UnavailableException;

interface Transport
{
    /**
     * An answer of any status is an answer; redirections are not followed.
     *
     * @param float $timeout seconds that this may take altogether
     *
     * @throws TimeoutException     when there was no whole answer in time
     * @throws UnavailableException when there is no connection, or it broke
     */
    public function send(Request $request, float $timeout): Response;
}
