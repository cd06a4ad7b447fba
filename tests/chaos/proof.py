"""What the logs of the clients prove: nothing lost, doubled or out of order, and nobody cut without a word."""

from collections import defaultdict

# Restart and stop: come again. What a server says that goes down in order.
TOLD = {1001, 1012}

# Seconds that may pass until a client sees that its process was killed: they are many, and take their turns.
LATE = 5


def faults(logs, published, killed):
    """All that is wrong, in words.

    logs: of crowd.mjs, one {name, channel, log} for each client; published: (channel, epoch, offset, text) of each
    publish over HTTP that was answered; killed: pids of processes that had no time to say anything.
    """
    found = []
    said = defaultdict(dict)  # channel -> (epoch, offset) -> text
    for client in logs:
        found += _follow(client, said[client["channel"]], killed)
    found += _all_at_the_end(logs)
    for channel, epoch, offset, text in published:
        heard = said[channel].get((epoch, offset))
        if heard != text:
            found.append(f"{channel}: {text!r} was published at {offset}; there was {heard!r}")
    for channel, texts in said.items():
        found += _once_and_in_order(channel, texts)
    return found


def _follow(client, texts, killed):
    """One client's log, from one event to the next."""
    found, place, pid = [], None, None
    who = f"{client['name']} in {client['channel']}"
    for kind, *rest in client["log"]:
        if kind == "open":
            pid = None
        elif kind == "pid":
            pid = rest[0]
        elif kind == "subscribed":
            epoch, offset, count, recovered = rest
            if place is not None and (not recovered or epoch != place[0]):
                found.append(f"{who}: not recovered at {place}")
            if place is None or epoch != place[0]:
                place = (epoch, offset - count)
        elif kind == "message":
            epoch, offset, text = rest
            if (epoch, offset) != (place[0], place[1] + 1):
                found.append(f"{who}: {offset} of epoch {epoch} came after {place[1]} of {place[0]}")
            place = (epoch, offset)
            if texts.setdefault(place, text) != text:
                found.append(f"{who}: {text!r} at {place}; others have {texts[place]!r}")
        elif kind == "gap":
            found.append(f"{who}: a gap at {rest}")
        elif kind == "close" and rest[0] not in TOLD and not (rest[0] == 1006 and _was_killed(pid, rest[2], killed)):
            found.append(f"{who}: cut by {pid} with {rest[0]}")
    return found


def _was_killed(pid, milliseconds, killed):
    """pid: None when the client did not live to hear it."""
    times = killed.values() if pid is None else [killed[pid]] if pid in killed else []
    return any(0 <= milliseconds / 1000 - time <= LATE for time in times)


def _all_at_the_end(logs):
    """Everybody has heard as far as the others in his channel."""
    ends = defaultdict(dict)
    for client in logs:
        places = [(event[1], event[2]) for event in client["log"] if event[0] == "message"]
        ends[client["channel"]][client["name"]] = places[-1] if places else None
    return [f"{name} in {channel} ends at {end}, others at {max(filter(None, by_name.values()))}"
            for channel, by_name in ends.items() for name, end in by_name.items()
            if end is None or end != max(filter(None, by_name.values()))]


def _once_and_in_order(channel, texts):
    """Each thing that a client has said: "NAME NUMBER ATTEMPT". Attempts are the client's own repetitions."""
    found, last, seen = [], defaultdict(int), set()
    for place in sorted(texts, key=lambda one: (int(one[0]), one[1])):
        text = texts[place]
        if text in seen:
            found.append(f"{channel}: {text!r} twice, the second time at {place}")
        seen.add(text)
        name, _, numbers = text.partition(" ")
        if not name.startswith("k"):
            continue
        number = int(numbers.split()[0])
        if number not in (last[name], last[name] + 1):
            found.append(f"{channel}: {text!r} at {place} came after number {last[name]}")
        last[name] = max(last[name], number)
    return found
