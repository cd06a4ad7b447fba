// Messages on their way. Each is sent once, whatever happens to the connection, one at a time and
// in the order they were written:
//   waiting   not sent, or known not to have arrived
//   sending   sent; comes back from the server with its client_id
//   lost      was being sent when the connection broke or a gap came; decided when the conversation is back
//   unsure    the server can't tell any more whether it arrived: its writer decides
//   refused   the server said no; its writer decides

export class Outbox {
  // send(item): false when its conversation is not ready. changed(item): its state, or "gone".
  constructor(send, changed) {
    this.sendItem = send;
    this.changed = changed;
    this.items = [];
    this.pausedUntil = 0;
    this.setRate(5, 20);
  }

  // What the server allows. Half the burst is used, as other messages count too.
  setRate(perSecond, burst) {
    this.perMs = perSecond / 1000;
    this.burst = Math.max(1, burst / 2);
    this.tokens = this.burst;
    this.tokensAt = Date.now();
  }

  add(conversation, text) {
    const item = {clientId: randomId(), conversation, text, state: "waiting", notBefore: 0};
    this.items.push(item);
    this.changed(item);
    this.flush();
    return item;
  }

  flush() {
    clearTimeout(this.timer);
    if (this.items.some((item) => item.state === "sending")) return;
    const waiting = this.items.filter((item) => item.state === "waiting");
    if (waiting.length === 0) return;
    const now = Date.now();
    const pause = Math.max(this.#pauseMs(now),
                           Math.min(...waiting.map((item) => item.notBefore)) - now);
    if (pause > 0) {
      this.timer = setTimeout(() => this.flush(), pause);
      return;
    }
    for (const item of waiting) {
      if (item.notBefore > now || !this.sendItem(item)) continue;
      this.tokens -= 1;
      this.#set(item, "sending");
      return;
    }
  }

  #pauseMs(now) {
    this.tokens = Math.min(this.burst, this.tokens + (now - this.tokensAt) * this.perMs);
    this.tokensAt = now;
    return Math.max(this.pausedUntil - now, Math.ceil((1 - this.tokens) / this.perMs));
  }

  // It came back: it is in the conversation.
  confirm(clientId) {
    const item = this.#find(clientId);
    if (!item) return;
    this.#drop(item);
    this.flush();
  }

  // The server said no. `againInMs`: it may say yes after so long; then for this one only, or,
  // with `all`, for none before.
  refuse(clientId, why, againInMs = null, all = false) {
    const item = this.#find(clientId);
    if (!item) return;
    if (againInMs !== null) {
      const time = Date.now() + againInMs;
      if (all) this.pausedUntil = time;
      else item.notBefore = time;
    }
    this.#set(item, againInMs === null ? "refused" : "waiting", why);
    this.flush();
  }

  connectionLost() {
    for (const item of this.items) if (item.state === "sending") this.#set(item, "lost");
  }

  // What came back of the conversation is not whole.
  doubt(conversation) {
    for (const item of this.items)
      if (item.conversation === conversation && item.state === "sending") this.#set(item, "lost");
  }

  // The conversation is back, and what arrived of it was confirmed. `complete`: nothing is missing.
  settle(conversation, complete) {
    for (const item of this.items) {
      if (item.conversation !== conversation || item.state !== "lost") continue;
      this.#set(item, complete ? "waiting" : "unsure",
                "Something was lost while this was sent. It may have arrived.");
    }
    this.flush();
  }

  sendAgain(clientId) {
    const item = this.#find(clientId);
    if (!item) return;
    this.#set(item, "waiting");
    this.flush();
  }

  remove(clientId) {
    const item = this.#find(clientId);
    if (item) this.#drop(item);
  }

  #find(clientId) {
    return this.items.find((item) => item.clientId === clientId);
  }

  #set(item, state, why = "") {
    item.state = state;
    item.why = why;
    this.changed(item);
  }

  #drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.#set(item, "gone");
  }
}

export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
