<?php
// How a key proves itself to the server.
declare(strict_types=1);

namespace ModWebSocket;

enum Scheme
{
    /** The key itself goes along: for connections that nobody else can read. */
    case Bearer;
    /** A HMAC of the request goes along: the key stays here, a copied request is of no use. */
    case Signature;
}
