"""What the witness plugin (witness.cpp) tells, as dictionaries."""

from . import config


def location(path, *lines):
    """A <Location> that the witness serves."""
    return config.location(path, *lines, plugin="@plugin:witness@")


def ask(peer, command):
    """The witness's answer to a command: name -> value; 'header x-y' -> [values]."""
    peer.text(command)
    answer = {}
    for line in peer.read_message().splitlines():
        name, _, value = line.partition("=")
        kind = name.partition(" ")[0]
        if kind in ("header", "cookie", "environment"):
            name = name.lower() if kind == "header" else name
            answer.setdefault(name, []).append(value)
        else:
            answer[name] = value
    return answer
