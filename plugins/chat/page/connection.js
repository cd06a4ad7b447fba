// One WebSocket that comes back by itself: waits a random time that grows with each failure, and
// gives up a connection that does not answer. Knows nothing of what the messages mean.

const kBackFor = new Set([1001, 1006, 1012, 1013]);  // the server restarts, or the net broke
const kFirstWaitMs = 2000;
const kBaseWaitMs = 500;
const kMaxWaitMs = 30000;
const kSteadyMs = 5000;   // a connection that lived so long was a good one
const kAnswerMs = 10000;  // silence after a question for so long: it is dead

// The wait before try number `tries` (from 0): "full jitter", so that thousands who lost one
// server do not come back at once.
export function waitMs(tries, random = Math.random) {
  const most = tries === 0 ? kFirstWaitMs : Math.min(kMaxWaitMs, kBaseWaitMs * 2 ** tries);
  return random() * most;
}

export class Connection {
  // listener: opened(), received(object), changed(state, {waitMs, code, reason}) with state one of
  // "connecting", "online" (see welcome()), "waiting" (for the next try), "closed" (for good).
  constructor(url, protocol, listener) {
    this.url = url;
    this.protocol = protocol;
    this.listener = listener;
    this.socket = null;
    this.tries = 0;
    this.state = "closed";
  }

  open() {
    clearTimeout(this.retryTimer);
    this.#setState("connecting");
    const socket = new WebSocket(this.url, this.protocol);
    this.socket = socket;
    this.since = Date.now();
    this.expectAnswer();
    socket.onopen = () => this.listener.opened();
    socket.onmessage = (event) => {
      clearTimeout(this.answerTimer);
      this.listener.received(JSON.parse(event.data));
    };
    socket.onclose = (event) => this.#lost(event.code, event.reason);
  }

  // The server took us in: from now on it counts as a connection.
  welcome() {
    this.#setState("online");
  }

  // False: not sent, there is no connection.
  send(object) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(object));
    return true;
  }

  // Something has to come back soon, or the connection is given up.
  expectAnswer() {
    clearTimeout(this.answerTimer);
    this.answerTimer = setTimeout(() => this.#lost(1006, ""), kAnswerMs);
  }

  // Begins anew, soon: what comes over this connection is not whole.
  comeBack() {
    this.#lost(1012, "");
  }

  retryNow() {
    if (this.state === "waiting" || this.state === "closed") this.open();
  }

  #lost(code, reason) {
    clearTimeout(this.answerTimer);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();  // a dead one takes its time to close: nobody waits for it
    }
    if (this.state === "online" && Date.now() - this.since > kSteadyMs) this.tries = 0;
    if (!kBackFor.has(code)) return this.#setState("closed", {code, reason});
    const wait = waitMs(this.tries++);
    this.retryTimer = setTimeout(() => this.open(), wait);
    this.#setState("waiting", {waitMs: wait, code, reason});
  }

  #setState(state, details = {}) {
    this.state = state;
    this.listener.changed(state, details);
  }
}
