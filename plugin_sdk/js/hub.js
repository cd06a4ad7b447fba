// The connections that all tabs of a site share; runs in a SharedWorker (worker.js). A tab that comes
// later is given what the first one heard, in order, and so knows as much. A tab that closes says so;
// one that crashed or sleeps does not answer, and is forgotten until it does.

import {Connection} from "./connection.js";

const kPingMs = 20000;
const kMaxUnanswered = 2;
const kTokenMs = 5000;      // so long may a tab take to get a token; then the next one is asked
const kCalls = new Set(["send", "ask", "comeBack", "nudge", "retryNow"]);  // passed on as they are
const kMaxJournal = 1000;   // messages; who needs older ones makes the connection begin anew

export class Hub {
  #shared = new Map();

  // A tab is there. It says "attach" first, with the options.
  connect(port) {
    let options;
    port.onmessage = ({data}) => {
      options ??= data.options;
      this.#of(options).heard(port, data);
    };
  }

  #of(options) {
    const {key} = options;
    if (!this.#shared.has(key))
      this.#shared.set(key, new Shared(options, () => this.#shared.delete(key)));
    return this.#shared.get(key);
  }
}

class Shared {
  #id = Math.random();  // of this journal
  #journal = [];
  #count = 0;           // of messages so far
  #tabs = new Map();    // port -> pings it has not answered
  #last = {state: "closed", details: {}};
  #answers = new Map(); // port -> what to do with its token
  #connection;
  #ended;
  #timer;

  constructor(options, ended) {
    this.#ended = ended;
    const token = options.hasToken && ((refused) => this.#askTabs(refused));
    this.#connection = new Connection({...options, token}, {
      received: (data) => {
        this.#journal.push(data);
        if (this.#journal.length > kMaxJournal) this.#journal.shift();
        this.#tell({received: data, id: this.#id, count: ++this.#count});
      },
      changed: (state, details) => this.#tell(this.#last = {state, details}),
    });
  }

  heard(port, data) {
    if (data.do === "detach") return this.#forget(port);
    if (data.do === "attach" || !this.#tabs.has(port)) this.#attach(port, data);
    this.#tabs.set(port, 0);
    if (data.do === "token") this.#answers.get(port)?.(data.data);
    if (kCalls.has(data.do)) this.#connection[data.do](data.data);
  }

  // `id`, `count`: up to where it heard this journal.
  #attach(port, {id, count = 0}) {
    const from = id === this.#id ? count : 0;
    const first = this.#count - this.#journal.length;
    this.#tabs.set(port, 0);
    if (this.#tabs.size === 1) this.#pingLater();
    port.postMessage({state: "connecting", details: {}});  // whatever it was before
    if (from < first) {
      this.#journal = [];
      this.#connection.comeBack(null);
    } else {
      this.#journal.slice(from - first).forEach((received, at) =>
        port.postMessage({received, isOld: true, id: this.#id, count: from + at + 1}));
    }
    if (this.#connection.state === "closed") this.#connection.open();
    else port.postMessage(this.#last);
  }

  #forget(port) {
    this.#tabs.delete(port);
    this.#answers.get(port)?.();
    if (this.#tabs.size > 0) return;
    // The last one: nobody listens any more.
    clearTimeout(this.#timer);
    this.#connection.close();
    this.#ended();
  }

  #tell(what) {
    for (const port of this.#tabs.keys()) port.postMessage(what);
  }

  #pingLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const [port, unanswered] of this.#tabs) {
        if (unanswered >= kMaxUnanswered) {
          this.#forget(port);
        } else {
          this.#tabs.set(port, unanswered + 1);
          port.postMessage({ping: true});
        }
      }
      if (this.#tabs.size > 0) this.#pingLater();
    }, kPingMs);
  }

  // The newest tab first: the others may sleep.
  async #askTabs(refused) {
    for (const port of [...this.#tabs.keys()].reverse()) {
      const token = this.#tabs.has(port) ? await this.#askTab(port, refused) : undefined;
      if (token !== undefined) return token;
    }
    throw new Error("no tab has a token");
  }

  #askTab(port, refused) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answers.get(port)?.(), kTokenMs);
      this.#answers.set(port, (token) => {
        clearTimeout(timer);
        this.#answers.delete(port);
        resolve(token);
      });
      port.postMessage({token: true, refused});
    });
  }
}
