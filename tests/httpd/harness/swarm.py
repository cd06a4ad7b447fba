"""Many clients of the plugin channels in rooms, in one thread: they speak, drop, come back and
resume, and each notes what it got."""

import errno
import selectors
import socket
import struct
import time
from collections import Counter

from . import frames
from .channels import PATH, Talker, check_spread, connect_spread
from .peer import handshake
from .waiting import limit

KEEP = 5000
WINDOW = 25  # a speaker's messages that may be under way
DROPS = ("reset", "end", "close")


class Client:
    """One of them. It has got the first `offset` messages of its room: `texts`."""

    def __init__(self, swarm, room, name, to_say, drops_at):
        self.swarm, self.room, self.name = swarm, room, name
        self.to_say = to_say  # in this order, those not yet sent
        self.drops_at = drops_at  # offsets at which it drops, the last first
        self.under_way = {}  # sent, and not yet seen in the room
        self.again = set()  # sent twice, for nobody could know
        self.epoch = self.offset = 0
        self.texts = []
        self.lost = []  # pids of children that dropped it
        self.codes = Counter()  # of the Close frames that the server began
        self.refused = 0
        self.socket = self.pid = None
        self._reset()

    def _reset(self):
        self.buffer = bytearray()
        self.pid = None
        self.is_upgraded = self.is_joined = self.is_leaving = self.is_closed = False
        self.missing = 0  # kept messages that are still to come

    # -- connections ---------------------------------------------------------------------

    def use(self, connected):
        self._reset()
        connected.setblocking(False)
        self.socket = connected
        self.swarm.selector.register(connected, selectors.EVENT_READ, self)

    def connect(self):
        raw = socket.create_connection(self.swarm.server.address("ws"), limit(10))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(handshake(PATH))
        self.use(raw)

    def disconnect(self):
        self.swarm.selector.unregister(self.socket)
        self.socket.close()
        self.swarm.waiting.append(self)

    def drop(self):
        kind = self.swarm.random.choice(DROPS)
        self.is_leaving = True
        if kind == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.disconnect()
        elif kind == "end":
            self.socket.shutdown(socket.SHUT_WR)
        else:
            self.send(frames.close(1000))
        self.swarm.drops += 1

    def send(self, data):
        try:
            sent = self.socket.send(data)
            assert sent == len(data), "the server does not read"
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise  # its end comes with the next read

    def on_readable(self):
        try:
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if data:
            self.buffer += data
            if self.is_upgraded or self._upgrade():
                self._take_frames()
        else:
            self._ended()

    def _ended(self):
        if not self.is_upgraded or self.pid is None:
            self.refused += 1
        elif not self.is_leaving and not self.is_closed:
            self.lost.append(self.pid)
        self.disconnect()

    def _upgrade(self):
        head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 101 " not in head[:13]:
            self.refused += 1
            self.disconnect()
            return False
        self.buffer = bytearray(rest)
        self.join()
        return True

    def join(self):
        self.is_upgraded = True
        since = f" {self.epoch} {self.offset}" if self.epoch else ""
        self.send(frames.text("pid") + frames.text(f"subscribe {self.room}{since}"))

    # -- messages ------------------------------------------------------------------------

    def _take_frames(self):
        buffer, at = self.buffer, 0
        while len(buffer) - at >= 4:
            size, head = buffer[at + 1], 2
            if size == 126:
                size, head = buffer[at + 2] << 8 | buffer[at + 3], 4
            if len(buffer) - at < head + size:
                break
            payload = bytes(buffer[at + head:at + head + size])
            opcode = buffer[at] & 15
            at += head + size
            if opcode == frames.TEXT:
                self._take(payload.decode())
            else:
                self._take_close(opcode, payload)
            if self.socket.fileno() < 0:
                return
        del buffer[:at]
        if not self.is_leaving and not self.is_closed:
            self._go_on()

    def _take_close(self, opcode, payload):
        assert opcode == frames.CLOSE, (opcode, payload)
        if not self.is_leaving:
            self.codes[struct.unpack("!H", payload[:2])[0]] += 1
            self.send(frames.close(1000))
        self.is_closed = True

    def _take(self, text):
        verb, _, rest = text.partition(" ")
        if verb == "message":
            room, epoch, offset, said = rest.split(" ", 3)
            assert (room, int(epoch), int(offset)) == (self.room, self.epoch, self.offset + 1), (
                f"{self.name} has {self.epoch} {self.offset} and got {text}")
            self.offset += 1
            self.missing -= 1
            self.texts.append(said)
            self.under_way.pop(said, None)
        elif verb == "pid":
            self.pid = int(rest)
        elif verb == "subscribed":
            self._joined(*map(int, rest.split()[1:]))
        else:
            raise AssertionError(f"{self.name} got {text}")

    def _joined(self, epoch, offset, recovered, count):
        if self.epoch:
            assert recovered and epoch == self.epoch, f"{self.name} was not recovered"
        self.epoch = epoch
        assert self.offset + count == offset, f"{self.name}: {self.offset} + {count} != {offset}"
        self.is_joined = True
        self.missing = count

    def _go_on(self):
        must_drop = bool(self.drops_at) and self.offset >= self.drops_at[-1]
        if must_drop and not self.under_way:
            self.drops_at.pop()
            self.drop()
        elif self.is_joined and self.missing <= 0:
            # Sent before the connection ended, and not in the history: nobody has seen it.
            lost = [text for text, is_lost in self.under_way.items() if is_lost]
            self.again.update(lost)
            room = 0 if must_drop else min(WINDOW - len(self.under_way), len(self.to_say))
            new = [self.to_say.pop() for _ in range(room)]
            self.under_way.update(dict.fromkeys(lost + new, False))
            if lost or new:
                self.send(b"".join(frames.text(f"publish {self.room} {KEEP} {text}")
                                   for text in lost + new))

    def reconnect(self):
        self.under_way = dict.fromkeys(self.under_way, True)
        self.connect()

    @property
    def is_settled(self):
        return self.is_joined and not self.is_leaving and not self.is_closed


class Swarm:
    """clients in rooms; of each room's, `speakers` say `messages` altogether."""

    def __init__(self, server, random, *, clients=200, rooms=10, messages=20_000, speakers=2,
                 drops=3):
        self.server, self.random = server, random
        self.selector = selectors.DefaultSelector()
        self.waiting = []  # those without a connection
        self.drops = 0
        each = messages // rooms // speakers
        self.messages = each * rooms * speakers
        self.clients = []
        for number in range(clients):
            name, room = f"c{number}", f"room{number % rooms}"
            to_say = [f"{name}-{index}" for index in range(each, 0, -1)] \
                if number < rooms * speakers else []
            drops_at = sorted(random.sample(range(1, each * speakers), drops), reverse=True)
            self.clients.append(Client(self, room, name, to_say, drops_at))
        for client, peer in zip(self.clients, connect_spread(server, clients)):
            client.use(peer.socket)
            client.join()
        self._run(lambda: all(client.pid for client in self.clients), "all to have joined", 30)
        check_spread(server, Counter(client.pid for client in self.clients))

    def said(self):
        """How many messages their speakers have seen in the rooms."""
        return self.messages - sum(len(client.to_say) + len(client.under_way)
                                   for client in self.clients)

    def count_in(self, pid):
        """How many are in this child and hear its rooms."""
        return sum(client.pid == pid and client.is_settled for client in self.clients)

    def run(self, at=None, action=None, watch=None, seconds=60):
        """Until all is said and everybody has it. action: called when `at` messages are said;
        watch: from then on, now and then."""
        def is_said():
            nonlocal action
            said = self.said()
            if action and said >= at:
                action()
                action = None
            elif watch and not action:
                watch()
            return said == self.messages and not any(c.drops_at for c in self.clients)
        self._run(is_said, lambda: f"{self.messages} messages, {self.said()} were said", seconds)
        assert not action
        self._compare(self._kept())

    def _run(self, is_done, what, seconds):
        end = time.monotonic() + limit(seconds)
        while not is_done():
            assert time.monotonic() < end, f"in vain: {what() if callable(what) else what}"
            self._turn()

    def _turn(self):
        waiting, self.waiting = self.waiting, []
        for client in waiting:
            client.reconnect()
        for _ in range(4):
            for key, _ in self.selector.select(0.05):
                if key.fileobj.fileno() >= 0:
                    key.data.on_readable()

    def _kept(self):
        """Room -> all of its messages, as somebody reads them who was never there."""
        reader = Talker(self.server.connect(PATH))
        kept = {room: reader.read(room) for room in sorted({c.room for c in self.clients})}
        reader.leave()
        return kept

    def _compare(self, kept):
        self._run(lambda: all(c.offset >= kept[c.room].offset and c.is_settled
                              for c in self.clients),
                  lambda: "to have " + ", ".join(
                      f"{c.name} {c.offset} of {kept[c.room].offset}" for c in self.clients
                      if c.offset < kept[c.room].offset), 20)
        again = set().union(*(client.again for client in self.clients))
        for client in self.clients:
            assert client.texts == kept[client.room].texts, client.name
            assert client.epoch == kept[client.room].epoch
        texts = Counter(text for reply in kept.values() for text in reply.texts)
        assert len(texts) == self.messages
        assert all(count == 1 or text in again for text, count in texts.items())

    def close(self):
        for client in self.clients:
            if client.socket.fileno() >= 0:
                client.socket.close()
        self.selector.close()
