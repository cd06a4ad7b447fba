"""Clients of the plugin channels (channels/channels.cpp), and which child each of them is in."""

from collections import Counter, namedtuple

from . import config, processes
from .peer import handshake
from .waiting import wait_until

PATH = "/ws/channels"

# A child takes no more connections than it has threads: many at once have to go to all children.
THREADS = 5

Reply = namedtuple("Reply", "epoch offset recovered texts")


def location(path=PATH, *lines):
    """A <Location> that the plugin serves. Its clients say more than people do."""
    return config.location(path, "WebSocketPingInterval off", "WebSocketMessageRate off", *lines,
                           plugin="@plugin:channels@")


def many_children(mpm, prefork=20):
    """Arguments for start_httpd: the children that an MPM commonly has; prefork: how many there."""
    return {"children": prefork} if mpm == "prefork" else {"children": 4, "threads": THREADS}


def _width(server):
    """So many requests at once that every child must take one. Not as many as there are threads:
    now and then a child of the event MPM leaves its last one idle."""
    return server.children_wanted * (1 if server.mpm == "prefork" else THREADS - 1)


def connect_spread(server, count, path=PATH, **fields):
    """So many WebSockets, spread over all children: requests are sent in groups, and end when
    each of the group has a worker."""
    width = _width(server)
    peers = []
    while len(peers) < count:
        group = [server.open() for _ in range(min(width, count - len(peers)))]
        for peer in group:
            peer.send("G")  # or the kernel would not show it to httpd
        ports = {peer.socket.getsockname()[1] for peer in group}
        wait_until(lambda: processes.accepted(server.port).keys() >= ports, "all to be accepted")
        for peer in group:
            peer.send(handshake(path, **fields)[1:])
        for peer in group:
            peer.response = peer.read_response()
            peer.check_accepted()
        peers += group
    return peers


def by_child(server, peers):
    """pid -> those of the peers that are in this child."""
    sockets = processes.accepted(server.port)
    found = {}
    for pid in server.children():
        own = set(processes.descriptors(pid).values())
        found[pid] = [peer for peer in peers
                      if sockets.get(peer.socket.getsockname()[1]) in own]
    return found


class Talker:
    """One client. What comes while another answer is awaited is kept for later."""

    def __init__(self, peer):
        self.peer = peer
        self.inbox = []
        self.pid = int(self.ask("pid"))

    def say(self, *words):
        self.peer.text(" ".join(map(str, words)))

    def hear(self, beginning, seconds=None):
        """The rest of the next message that begins so."""
        for index, text in enumerate(self.inbox):
            if text.startswith(beginning):
                del self.inbox[index]
                return text[len(beginning):].strip()
        while not (text := self.peer.read_message(seconds)).startswith(beginning):
            self.inbox.append(text)
        return text[len(beginning):].strip()

    def ask(self, verb, *words):
        """A command and its answer."""
        self.say(verb, *words)
        return self.hear(verb + " ")

    def do(self, verb, *words):
        """A command that must succeed."""
        status = self.ask(verb, *words)
        assert status == "0", f"{verb} {words}: {status}"

    def texts(self, count, channel=""):
        """The texts of the next messages."""
        texts = [self.hear(f"message {channel}") for _ in range(count)]
        return [text.split(" ", 2 if channel else 3)[-1] for text in texts]

    def subscribe(self, channel, *since, verb="subscribe"):
        self.say(verb, channel, *since)
        epoch, offset, recovered, count = map(int, self.hear(f"subscribed {channel}").split())
        return Reply(epoch, offset, bool(recovered), self.texts(count, channel))

    def read(self, channel, *since):
        return self.subscribe(channel, *since, verb="read")

    def members(self, channel):
        """Key -> (sessions, info). The list and the counts are two questions: what happens in
        between is in one answer only, so it asks until both say the same."""
        return wait_until(lambda: self._members(channel), f"counts as in the list of {channel}")[0]

    def _members(self, channel):
        self.say("members", channel)
        keys, sessions, *found = self.hear(f"members {channel}").split()
        members = {key: (int(number), info)
                   for key, number, info in (one.split("=", 2) for one in found)}
        assert len(members) == len(found)
        counted = len(members), sum(number for number, _ in members.values())
        return (members,) if counted == (int(keys), int(sessions)) else None

    def leave(self):
        """Ends the connection."""
        self.peer.close()
        self.peer.abandon()


def talkers_spread(server, count, path=PATH, **fields):
    """Talkers in all children; every child has some of them."""
    talkers = [Talker(peer) for peer in connect_spread(server, count, path, **fields)]
    check_spread(server, Counter(talker.pid for talker in talkers))
    return talkers


def check_spread(server, by_pid):
    """by_pid: how many clients each child has."""
    assert set(by_pid) <= set(server.children()), by_pid
    share = sum(by_pid.values()) // server.children_wanted
    assert all(by_pid[pid] >= share // 5 for pid in server.children()), by_pid


def one_in_each(server, path=PATH, **fields):
    """One Talker in each child."""
    found = {}
    for peer in connect_spread(server, _width(server), path, **fields):
        talker = Talker(peer)
        if found.setdefault(talker.pid, talker) is not talker:
            talker.leave()
    assert sorted(found) == server.children()
    return list(found.values())
