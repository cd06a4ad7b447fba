"""The proof finds what is wrong."""

import pytest

from proof import faults

E = "7"


def message(offset, text, epoch=E):
    return ["message", epoch, offset, text]


def begin(offset=0):
    return [["open"], ["pid", 10], ["subscribed", E, offset, 0, True]]


ALL = [message(1, "k1 1 1"), message(2, "post 1"), message(3, "the end")]
GOOD = begin() + ALL
CUT = begin() + ALL[:1] + [["close", 1012, 10, 50_000]] + begin(2) + ALL[1:]


def judge(*logs, published=(), killed={}):
    return faults([{"name": f"k{index}", "channel": "room", "log": log} for index, log in enumerate(logs, 1)],
                  published, killed)


def test_all_is_well():
    assert not judge(GOOD, CUT, begin(1) + ALL[1:], published=[("room", E, 2, "post 1")])


@pytest.mark.parametrize("name, log", {
    "lost": begin() + ALL[:1] + ALL[2:],
    "lost while away": begin() + ALL[:1] + [["close", 1012, 10, 50_000]] + begin(2) + ALL[2:],
    "lost at the end": begin() + ALL[:2],
    "nothing heard": begin(),
    "doubled": begin() + ALL[:2] + ALL[1:],
    "doubled after a cut": begin() + ALL[:2] + [["close", 1012, 10, 50_000]] + begin(1) + ALL[1:],
    "out of order": begin() + [ALL[1], ALL[0], ALL[2]],
    "another text": begin() + [message(1, "k1 1 2")] + ALL[1:],
    "another epoch": begin() + ALL[:2] + [message(3, "the end", "8")],
    "not recovered": begin() + ALL[:1] + [["close", 1012, 10, 50_000], ["open"], ["subscribed", E, 1, 0, False]] + ALL[1:],
    "a gap": begin() + ALL + [["gap", E, 3]],
    "cut without a word": begin() + ALL[:1] + [["close", 1006, 10, 50_000]] + begin(2) + ALL[1:],
    "cut for another reason": begin() + ALL[:1] + [["close", 1011, 10, 50_000]] + begin(2) + ALL[1:],
}.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_wrong(name, log):
    assert judge(GOOD, log), name


def test_who_was_killed_said_nothing():
    log = begin() + ALL[:1] + [["close", 1006, 10, 50_000]] + begin(2) + ALL[1:]
    assert not judge(GOOD, log, killed={10: 49})
    assert judge(GOOD, log, killed={11: 49})
    assert judge(GOOD, log, killed={10: 51})
    assert judge(GOOD, log, killed={10: 40})


def test_who_was_killed_before_he_said_who_he_is():
    log = begin() + ALL[:1] + [["close", 1012, 10, 40_000], ["open"], ["close", 1006, None, 50_000]] + begin(1) + ALL[1:]
    assert not judge(GOOD, log, killed={11: 49})
    assert judge(GOOD, log, killed={11: 51})


def test_what_was_published_is_there():
    assert judge(GOOD, published=[("room", E, 3, "post 1")])
    assert judge(GOOD, published=[("room", E, 4, "post 2")])
    assert judge(GOOD, published=[("elsewhere", E, 1, "post 2")])


def test_what_is_said_twice_is_doubled():
    assert judge(begin() + [message(1, "k1 1 1"), message(2, "k1 1 1")])
    assert not judge(begin() + [message(1, "k1 1 1"), message(2, "k1 1 2")])  # he said it again


def test_numbers_come_in_their_order():
    assert judge(begin() + [message(1, "k1 2 1"), message(2, "k1 1 1")])
    assert judge(begin() + [message(1, "k1 1 1"), message(2, "k1 3 1")])
