// One WebSocket that comes back by itself: waits a random time that grows with each failure, gives
// up a connection that does not answer, and keeps its token fresh. Knows no page: it runs in a tab,
// in a SharedWorker (hub.js) or in Node.

import {comesBack, waitMs} from "./backoff.js";
import {renewAfterMs, withToken} from "./token.js";

const kSteadyMs = 5000;   // a connection that lived so long was a good one
const kAnswerMs = 10000;  // silence after a question for so long: it is dead
const kTokenMs = 20000;   // so long may the token's callback take

export class Connection {
  state = "closed";
  #options;
  #on;
  #socket = null;
  #attempt = 0;
  #tries = 0;
  #position;        // of what was heard last, or, by what it is of, of each
  #isWhole = true;  // false: what was missed is still coming
  #refused = false;
  #since;
  #answerTimer;
  #retryTimer;
  #renewTimer;

  // options: see index.d.ts, with `url` and `protocols` (a list). listener: received(data),
  // changed(state, {waitMs, code, reason}) with state one of "connecting", "online" (the server took
  // us in), "waiting" (for the next try), "closed" (for good).
  constructor(options, listener) {
    this.#options = options;
    this.#on = listener;
  }

  open() {
    clearTimeout(this.#retryTimer);
    const attempt = ++this.#attempt;
    this.#set("connecting");
    if (!this.#options.token) return this.#connect();
    this.#expect(kTokenMs);
    this.#askToken().then((token) => attempt === this.#attempt && this.#connect(token),
                          () => attempt === this.#attempt && this.#lost(1006, "no token"));
  }

  // False: not sent, there is no connection.
  send(data) {
    const socket = this.#socket;
    if (socket?.readyState !== 1) return false;
    const asItIs = typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data);
    socket.send(asItIs ? data : JSON.stringify(data));
    return true;
  }

  // Sends what the server answers: silence then means that the connection is dead.
  ask(data) {
    const isSent = this.send(data);
    if (isSent) this.#expect(kAnswerMs);
    return isSent;
  }

  // Begins anew, soon: what came over this connection is not whole. With null it forgets where it was.
  comeBack(since = this.#position) {
    this.#position = since;
    this.#lost(1012, "");
  }

  retryNow() {
    if (this.state === "waiting" || this.state === "closed") this.open();
  }

  // Something changed around us: the net, or the page was away for long. Is it still there?
  nudge() {
    const probe = this.state === "online" && valueOf(this.#options.probe);
    if (this.state === "waiting") this.open();
    else if (probe) this.ask(probe);
  }

  close(code = 1000, reason = "") {
    this.#drop(code, reason);
    this.#set("closed", {code, reason});
  }

  async #askToken() {
    const token = await this.#options.token(this.#refused);
    this.#refused = false;
    return token;
  }

  #connect(token) {
    const {url, protocols, WebSocket = globalThis.WebSocket} = this.#options;
    const socket = new WebSocket(...withToken(token, url, protocols));
    this.#socket = socket;
    this.#since = Date.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = ({data}) => this.#received(data);
    socket.onclose = ({code, reason}) => this.#lost(code, reason);
    socket.onerror = () => {};  // "close" follows
    this.#isWhole = !this.#options.positionOf;
    this.#expect(kAnswerMs);
    this.#renewLater(token);
  }

  #opened() {
    const {hello, ready} = this.#options;
    if (!ready) this.#isOnline();
    const message = valueOf(hello, this.#position);
    if (!message) return;
    const since = typeof hello !== "function" && this.#position;
    this[ready ? "ask" : "send"](since ? {...message, since} : message);
  }

  #received(text) {
    clearTimeout(this.#answerTimer);
    const data = this.#options.json === false ? text : parsed(text);
    this.#note(data ?? {});
    const attempt = this.#attempt;
    this.#on.received(data);
    const {ready} = this.#options;
    if (ready && data?.type === ready && attempt === this.#attempt && this.#socket) this.#isOnline();
  }

  // While what was missed is still coming, newer ones may come between: a position counts after that.
  #note({position, positions, ...message}) {
    const {positionOf} = this.#options;
    if (positions) {
      this.#position = positions;
      this.#isWhole = true;
    } else if (position && this.#isWhole) {
      this.#position = !positionOf ? position
          : {...this.#position, [message[positionOf] ?? ""]: position};
    }
  }

  #isOnline() {
    clearTimeout(this.#answerTimer);
    this.#set("online");
  }

  #renewLater(token, after = token && this.#options.renew ? renewAfterMs(token) : null) {
    if (after === null) return;
    const attempt = this.#attempt;
    this.#renewTimer = setTimeout(() => this.#askToken().then((next) => {
      if (attempt !== this.#attempt || !next) return;
      this.send({type: this.#options.renew, token: next});
      this.#renewLater(next);
    }, () => attempt === this.#attempt && this.#renewLater(token, kAnswerMs)), after);
  }

  #expect(ms) {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#lost(1006, ""), ms);
  }

  #drop(code, reason) {
    ++this.#attempt;
    clearTimeout(this.#answerTimer);
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#renewTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code, reason);  // a dead one takes its time to close: nobody waits for it
  }

  #lost(code, reason) {
    const wasSteady = this.state === "online" && Date.now() - this.#since > kSteadyMs;
    this.#refused = code === 4401 || this.state === "connecting";  // a 401 looks like a broken net
    this.#drop();
    if (wasSteady) this.#tries = 0;
    if (!comesBack(code)) return this.#set("closed", {code, reason});
    const wait = wasSteady && code === 4401 ? 0 : waitMs(this.#tries++, code);
    this.#retryTimer = setTimeout(() => this.open(), wait);
    this.#set("waiting", {waitMs: wait, code, reason});
  }

  #set(state, details = {}) {
    this.state = state;
    this.#on.changed(state, details);
  }
}

const valueOf = (given, argument) => (typeof given === "function" ? given(argument) : given);

// What is no JSON is handed over as it came.
function parsed(text) {
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}
