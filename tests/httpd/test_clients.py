"""Independent clients: npm's ws and websocket, and Debian's python3-websockets."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
import websockets

from harness import build, witness
from harness.config import location
from harness.waiting import limit

CLIENTS = Path(__file__).parent / "clients"
NPM = build.SOURCE / "tests" / "npm" / "node_modules"


@pytest.fixture(scope="module")
def server(start_module_httpd):
    return start_module_httpd(location("/ws/echo", "WebSocketOrigin any")
                              + witness.location("/ws/witness", "WebSocketOrigin any"))


@pytest.mark.parametrize("path, subprotocols", (("/ws/echo", ()),
                                                ("/ws/witness", ("nobody.v9", "witness.v1"))))
@pytest.mark.parametrize("client", ("ws", "websocket"))
def test_npm_client(case, client, path, subprotocols):
    """Any other message than its commands the witness echoes as well."""
    assert (NPM / client).is_dir(), f"run npm ci in {NPM.parent}"
    done = subprocess.run(
        ["node", CLIENTS / f"{client}_client.js", case.server.url(path, case.scheme),
         case.server.certificates.authority, *subprotocols],
        env={**os.environ, "NODE_PATH": str(NPM)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit(30))
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout


async def talk(case, path, subprotocol, **options):
    url = case.server.url(path, case.scheme)
    if case.scheme == "wss":
        options["ssl"] = case.server.client_context()
    async with websockets.connect(url, **options) as socket:
        assert socket.subprotocol == subprotocol
        assert socket.extensions == []
        for message in ("hello", "", "wörld 😀", "x" * 70000, b"\0\1\xff" * 30000):
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send(["in ", "three ", "fragments"])
        assert await socket.recv() == "in three fragments"
        await asyncio.wait_for(await socket.ping("are you there"), limit(10))
        await asyncio.gather(*(socket.send(f"message {number}") for number in range(500)))
        assert sorted([await socket.recv() for _ in range(500)]) == sorted(
            f"message {number}" for number in range(500))
        await socket.close(4003, "done")
        assert (socket.close_code, socket.close_reason) == (4003, "done")


@pytest.mark.parametrize("compression", ("deflate", None))
def test_python_websockets(case, compression):
    asyncio.run(asyncio.wait_for(talk(case, "/ws/echo", None, compression=compression),
                                 limit(30)))
    end = case.end()
    assert (end.code, end.reason) == (4003, "done")
    assert (end.messages_in, end.messages_out) == (506, 506)


def test_python_websockets_with_subprotocols(case):
    asyncio.run(asyncio.wait_for(talk(case, "/ws/witness", "witness.v2",
                                      subprotocols=["nobody.v9", "witness.v2", "witness.v1"]),
                                 limit(30)))


def test_many_at_once(case):
    """A hundred python clients talk at the same time; each gets its own messages, in order."""
    async def one(number):
        options = {"ssl": case.server.client_context()} if case.scheme == "wss" else {}
        url = case.server.url("/ws/echo", case.scheme)
        async with websockets.connect(url, **options) as socket:
            for step in range(10):
                await socket.send(f"{number}.{step}")
                assert await socket.recv() == f"{number}.{step}"

    async def everybody():
        await asyncio.gather(*map(one, range(100)))
    asyncio.run(asyncio.wait_for(everybody(), limit(30)))
    assert {end.code for end in case.ends(100)} == {1000}
