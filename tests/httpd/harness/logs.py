"""An httpd's logs: what was written since a mark, and what of it nobody expected."""

import re
from pathlib import Path

_LINE = re.compile(r"^\[[^\]]+\] \[(?P<module>[\w-]*):(?P<level>\w+)\]")
_SERIOUS = {"emerg", "alert", "crit", "error", "warn"}
_ALWAYS_BAD = re.compile(r"AddressSanitizer|ThreadSanitizer|LeakSanitizer|runtime error:|"
                         r"AH00051|AH00052|AH00045|AH00046|exit signal|Assertion|"
                         r"double free|corrupted|terminate called|pure virtual")

# httpd's own remarks on the small servers of these tests, and on this machine.
ALWAYS_FINE = (
    r"AH00558",  # could not determine the server's name
    r"AH00161|AH00484|AH00288|AH10159",  # MaxRequestWorkers reached: the tests keep it small
    r"AH01882|AH01873",  # the certificate's name, the session cache
    r"AH02811|AH10496",  # remarks on modules' builds
)


class Log:
    """A file that a server appends lines to."""

    def __init__(self, path: Path):
        self.path = path

    def mark(self) -> int:
        """A place to read on from."""
        return self.path.stat().st_size if self.path.exists() else 0

    def since(self, mark: int):
        """The whole lines written after `mark`."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(mark)
            text = file.read().decode("utf-8", "backslashreplace")
        return text[: text.rfind("\n") + 1].splitlines()

    def find(self, mark: int, pattern: str):
        """The lines after `mark` that match."""
        compiled = re.compile(pattern)
        return [line for line in self.since(mark) if compiled.search(line)]


class ErrorLog(Log):
    def unexpected(self, mark: int, allowed=()):
        """Lines of level warn and above, or of a crash, that no pattern of `allowed` covers."""
        fine = [re.compile(pattern) for pattern in (*ALWAYS_FINE, *allowed)]
        bad = []
        for line in self.since(mark):
            match = _LINE.match(line)
            serious = not match or match["level"] in _SERIOUS or _ALWAYS_BAD.search(line)
            if serious and not any(pattern.search(line) for pattern in fine):
                bad.append(line)
        return bad
