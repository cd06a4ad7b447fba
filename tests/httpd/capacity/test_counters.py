"""BAD_INPUT B31: more than 4 GiB in one session."""

import threading

from harness import frames
from harness.config import location
from harness.session_log import ENDED, parse_end
from harness.waiting import limit, wait_until

SIZE = 1 << 20
COUNT = 4200


def test_B31_four_gigabytes(start_httpd):
    server = start_httpd(location("/ws/echo", "WebSocketMessageRate off"), bystander=False)
    peer = server.connect("/ws/echo", timeout=60)
    message = frames.frame(frames.BINARY, b"\0" * SIZE)
    peer.send(message)
    assert len(peer.read_message()) == SIZE
    before = server.memory()
    total = COUNT * (SIZE + 10)
    received = 0
    peer.socket.settimeout(limit(60))

    def send_all():
        try:
            for _ in range(COUNT):
                peer.socket.sendall(message)
        except OSError:
            pass  # the reader sees it

    sender = threading.Thread(target=send_all, daemon=True)
    sender.start()
    buffer = bytearray(1 << 20)
    while received < total:
        count = peer.socket.recv_into(buffer)
        assert count > 0
        received += count
    sender.join()
    assert received == total
    peer.close()
    line, = wait_until(lambda: server.log.find(0, ENDED), "the session's end")
    end = parse_end(line)
    assert end.messages_in == end.messages_out == COUNT + 1
    assert end.bytes_in == (COUNT + 1) * (SIZE + 14) + 8
    assert end.bytes_out == (COUNT + 1) * (SIZE + 10) + 4
    assert end.bytes_in > 1 << 32
    assert server.memory() - before < 4 << 20
