"""A child that is stopped for a while holds nobody back; afterwards its clients have what was kept,
and know that they missed what was not."""

import os
import signal

from harness.channels import location, many_children, one_in_each

# As many bytes as a state of 1 MiB does not hold.
COUNT, TEXT = 2000, "x" * 1000


def test_R20_stopped_child(start_httpd, mpm):
    server = start_httpd(location(), bystander=False, log_level="warn",
                         main="WebSocketStateSize 1M\n", **many_children(mpm, prefork=4))
    speaker, listener, *others = one_in_each(server)
    for talker in (speaker, listener, *others):
        for channel in ("passing", "kept"):
            talker.subscribe(channel)
    os.kill(listener.pid, signal.SIGSTOP)
    try:
        for number in range(COUNT):
            speaker.say("publish", "passing", 0, TEXT)
            if number % 20 == 0:
                speaker.say("publish", "kept", 1000, number)
            for talker in (speaker, *others):
                talker.texts(1, "passing")
    finally:
        os.kill(listener.pid, signal.SIGCONT)
    kept = [str(number) for number in range(0, COUNT, 20)]
    for talker in (speaker, *others):
        assert talker.texts(len(kept), "kept") == kept
        assert not talker.inbox
    speaker.say("publish", "passing", 0, "the end")
    missed = through = 0
    while through < COUNT + 1:
        kind, channel, _, offset, *text = listener.hear("").split(" ", 4)
        if channel == "kept":
            assert kind == "message" and text == [kept.pop(0)]
        elif kind == "gap":
            missed += int(offset) - through
            through = int(offset)
        else:
            through += 1
            assert int(offset) == through
    assert text == ["the end"]
    assert 0 < missed <= COUNT
    assert kept == listener.texts(len(kept), "kept")
