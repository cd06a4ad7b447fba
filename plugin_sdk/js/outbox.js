// Messages on their way. Each is sent until it arrived, whatever happens to the connection, one at a
// time, in the order they were written, always with the same id:
//   waiting   not sent, or known not to have arrived
//   sending   sent; comes back from the server with its id
//   lost      was being sent when the connection broke; decided when its lane is back
//   unsure    nobody can tell whether it arrived: its writer decides
//   refused   the server said no; its writer decides

export class Outbox {
  items = [];
  #send;
  #changed;
  #limit;
  #timer;
  #pausedUntil = 0;
  #perMs = Infinity;
  #burst = 1;
  #tokens = 1;
  #tokensAt = 0;

  // send(item): false when its lane is not ready. changed(item): its state, or "gone". limit: how
  // many it keeps.
  constructor(send, changed, limit = Infinity) {
    this.#send = send;
    this.#changed = changed;
    this.#limit = limit;
  }

  // What the server allows. Half the burst is used, as other messages count too.
  setRate(perSecond, burst) {
    this.#perMs = perSecond / 1000;
    this.#burst = this.#tokens = Math.max(1, burst / 2);
    this.#tokensAt = Date.now();
  }

  // lane: what it belongs to (a room, say), if there is more than one. Null: the outbox is full.
  add(message, lane = null) {
    if (this.items.length >= this.#limit) return null;
    const item = {id: randomId(), message, lane, state: "waiting", why: "", notBefore: 0};
    this.items.push(item);
    this.#changed(item);
    this.flush();
    return item;
  }

  flush() {
    clearTimeout(this.#timer);
    if (this.items.some((item) => item.state === "sending")) return;
    const waiting = this.items.filter((item) => item.state === "waiting");
    if (waiting.length === 0) return;
    const now = Date.now();
    const pause = Math.max(this.#pauseMs(now), Math.min(...waiting.map((item) => item.notBefore)) - now);
    if (pause > 0) {
      this.#timer = setTimeout(() => this.flush(), pause);
      return;
    }
    for (const item of waiting) {
      if (item.notBefore > now || !this.#send(item)) continue;
      this.#tokens -= 1;
      this.#set(item, "sending");
      return;
    }
  }

  #pauseMs(now) {
    if (this.#perMs === Infinity) return this.#pausedUntil - now;
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#tokensAt) * this.#perMs);
    this.#tokensAt = now;
    return Math.max(this.#pausedUntil - now, Math.ceil((1 - this.#tokens) / this.#perMs));
  }

  // It came back: it arrived. False: no message of ours.
  confirm(id) {
    const item = this.#find(id);
    if (item) this.#drop(item);
    return Boolean(item);
  }

  // The server said no. `againInMs`: it may say yes after so long; then for this one only, or,
  // with `all`, for none before.
  refuse(id, why, againInMs = null, all = false) {
    const item = this.#find(id);
    if (!item) return;
    if (againInMs !== null) {
      const time = Date.now() + againInMs;
      if (all) this.#pausedUntil = time;
      else item.notBefore = time;
    }
    this.#set(item, againInMs === null ? "refused" : "waiting", why);
    this.flush();
  }

  connectionLost() {
    for (const item of this.items) if (item.state === "sending") this.#set(item, "lost");
  }

  // What came back of the lane is not whole.
  doubt(lane) {
    for (const item of this.items)
      if (item.lane === lane && item.state === "sending") this.#set(item, "lost");
  }

  // The lane is back, and what arrived of it was confirmed. `complete`: what was not did not arrive.
  settle(lane = null, complete = true) {
    for (const item of this.items)
      if (item.lane === lane && item.state === "lost") this.#set(item, complete ? "waiting" : "unsure");
    this.flush();
  }

  sendAgain(id) {
    const item = this.#find(id);
    if (!item) return;
    this.#set(item, "waiting");
    this.flush();
  }

  remove(id) {
    this.confirm(id);
  }

  #find(id) {
    return this.items.find((item) => item.id === id);
  }

  #set(item, state, why = "") {
    item.state = state;
    item.why = why;
    this.#changed(item);
  }

  #drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.#set(item, "gone");
    this.flush();
  }
}

export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
