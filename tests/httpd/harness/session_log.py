"""What the module writes to the error log about a session: its first line and its last."""

import re
from dataclasses import dataclass

OPENED = r"\[websocket:debug\].* session [0-9a-f]{16} opens: "
ENDED = r"\[websocket:info\].* session [0-9a-f]{16} ended: "

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_ENDED = re.compile(
    r"session (?P<session>[0-9a-f]{16}) ended: code=(?P<code>\d+) \((?P<cause>[^)]*)\) "
    rf"reason={_QUOTED.replace('(', '(?P<reason>', 1)} plugin=(?P<plugin>\S+) "
    rf"client=(?P<client>\S+) user={_QUOTED.replace('(', '(?P<user>', 1)} "
    r"duration=(?P<duration>[\d.]+)s in=(?P<messages_in>\d+)/(?P<bytes_in>\d+) "
    r"out=(?P<messages_out>\d+)/(?P<bytes_out>\d+)")


@dataclass(frozen=True)
class End:
    """The last line of a session, taken apart."""
    session: str
    code: int
    cause: str
    reason: str
    plugin: str
    client: str
    user: str
    duration: float
    messages_in: int
    bytes_in: int
    messages_out: int
    bytes_out: int


def parse_end(line) -> End:
    match = _ENDED.search(line)
    assert match, f"no end of a session: {line}"
    values = match.groupdict()
    for name in ("code", "messages_in", "bytes_in", "messages_out", "bytes_out"):
        values[name] = int(values[name])
    values["duration"] = float(values["duration"])
    return End(**values)
