// The client of a plugin: a WebSocket that comes back by itself, of this tab or of all of them, with
// what has to arrive in an outbox. Knows nothing of what the messages mean.

import {Connection} from "./connection.js";
import {Outbox} from "./outbox.js";
import {SharedConnection} from "./shared.js";

const kAwayMs = 60000;
const kAgainMs = 1000;

// Events: "message" with data and isOld (other tabs had it before this one was there), "state" with
// state, waitMs, code and reason, "outbox" with item.
export class WebSocketClient extends EventTarget {
  outbox;
  #link;
  #hiddenAt = 0;
  #around = ({type}) => {
    const wasAway = Date.now() - this.#hiddenAt > kAwayMs;
    if (type !== "visibilitychange") this.#link.nudge();
    else if (document.hidden) this.#hiddenAt = Date.now();
    else if (wasAway) this.#link.nudge();
  };

  // url: absolute, or relative to the page; http(s): is as good as ws(s):. options: see index.d.ts.
  constructor(url, options = {}) {
    super();
    const {protocols = [], shared = false, outboxLimit = 100} = options;
    const list = [protocols].flat();
    const address = new URL(url, globalThis.document?.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const key = JSON.stringify([address.href, list, shared]);
    const complete = {...options, url: address.href, protocols: list, key};
    this.outbox = new Outbox(
        ({message, id}) => this.state === "online" && this.ask({...message, client_id: id}),
        (item) => this.#emit("outbox", {item}), outboxLimit);
    const listener = {
      received: (data, isOld = false) => this.#received(data, isOld),
      changed: (state, details) => this.#changed(state, details),
      failed: () => {
        this.#link = new Connection(complete, listener);
        this.#link.open();
      },
    };
    const Link = shared && SharedConnection.isPossible() ? SharedConnection : Connection;
    this.#link = new Link(complete, listener);
  }

  get state() { return this.#link.state; }

  open() {
    if (this.state !== "closed") return this;
    this.#listen(globalThis.addEventListener);
    this.#link.open();
    return this;
  }

  // False: not sent, there is no connection. An object goes as JSON, the rest as it is.
  send(data) { return this.#link.send(data); }

  // The same, of what the server answers: without an answer the connection is given up.
  ask(data) { return this.#link.ask(data); }

  // Sends it now or later, until the server gives its client_id back. Null: the outbox is full.
  post(message) { return this.outbox.add(message)?.id ?? null; }

  // Does not wait for the next try; opens one that was closed for good.
  retryNow() { this.#link.retryNow(); }

  // What came over this connection is not whole: begins anew, soon, from there (null: from nothing).
  comeBack(since) { this.#link.comeBack(since); }

  // Is it still there? Asks `probe`, or tries at once.
  nudge() { this.#link.nudge(); }

  // For good, or until open().
  close(code, reason) {
    this.#listen(globalThis.removeEventListener);
    this.#link.close(code, reason);
  }

  #listen(how) {
    for (const type of ["online", "offline"]) how?.call(globalThis, type, this.#around);
    if (globalThis.document) how.call(document, "visibilitychange", this.#around);
  }

  #received(data, isOld) {
    const id = data?.client_id;
    if (id && data.type === "error") {
      const isLater = data.code === "rate_limited" || data.code === "try_again";
      this.outbox.refuse(id, data.text ?? data.message ?? data.code,
                         isLater ? data.retry_after_ms ?? kAgainMs : null, true);
    } else if (id) {
      this.outbox.confirm(id);
    }
    this.#emit("message", {data, isOld});
  }

  #changed(state, details) {
    if (state !== "online") this.outbox.connectionLost();
    this.#emit("state", {state, ...details});
    if (state === "online") this.outbox.settle();
  }

  #emit(type, fields) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}
