"""What the kernel says about a server's processes: children, descriptors, memory, CPU time."""

import os
from pathlib import Path


def children(pid: int):
    """The pids of the children of `pid`, sorted."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return sorted(int(child) for child in text.split())


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descriptors(pid: int):
    """fd -> what it is ('socket:[..]', 'anon_inode:[eventpoll]', a path)."""
    found = {}
    for entry in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[int(entry)] = os.readlink(f"/proc/{pid}/fd/{entry}")
        except FileNotFoundError:
            pass
    return found


def connections(pid: int) -> int:
    """Sockets of the process that are TCP connections, also those that the peer has reset."""
    others = set()  # inodes of listening and of local sockets
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                others.add(fields[9])
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        others.add(line.split()[6])
    return sum(name.startswith("socket:[") and name[8:-1] not in others
               for name in descriptors(pid).values())


def threads(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/task"))


def thread_names(pid: int):
    """Of the threads that have one of their own."""
    names = [Path(f"/proc/{pid}/task/{task}/comm").read_text().strip()
             for task in os.listdir(f"/proc/{pid}/task")]
    return sorted(name for name in names if name.startswith("ws-"))


def anonymous_memory(pid: int) -> int:
    """Bytes of private memory in use (heap, stacks): what a leak shows up in."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Anonymous line in smaps_rollup")


def proportional_memory(pid: int) -> int:
    """Bytes of memory (Pss), what is shared counted by its share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Pss line in smaps_rollup")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def accepted(port: int):
    """The connections to this local port that a process has accepted: their peers' ports, and the
    sockets' names among the process's descriptors."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        if local == port and fields[9] != "0":
            found[remote] = f"socket:[{fields[9]}]"
    return found
