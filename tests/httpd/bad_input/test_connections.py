"""One user that opens connection after connection (BAD_INPUT A42)."""

import base64

ALICE = [("Authorization", "Basic " + base64.b64encode(b"alice:secret").decode())]


def test_A42_one_user_opens_hundreds(case):
    case.allow("WebSocketMaxConnectionsPerUser")
    answers = []
    for _ in range(300):
        peer = case.open()
        answers.append(peer.request("/ws/few-per-user", extra=ALICE))
        if answers[-1].status != 101:
            peer.abandon()
    assert [one.status for one in answers] == [101] * 20 + [429] * 280
    assert all(1 <= int(one.get("retry-after")) <= 10 for one in answers[20:])
