// A tab's end of a connection that all tabs share (hub.js): to be used as a Connection is.

const kAnswerMs = 5000;  // a worker that the browser does not let run may say nothing at all
const kWorker = "mod_websocket 1";  // the number: of what tabs and worker say to each other
const kPageEvents = ["pagehide", "pageshow"];

export class SharedConnection {
  state = "closed";
  #options;
  #on;
  #worker;
  #port;
  #timer;
  #heard = {};   // up to where: see Hub
  #page = ({type, persisted}) => {
    if (type === "pagehide") this.#post("detach");
    else if (persisted) this.#attach();
  };

  static isPossible = () => typeof SharedWorker === "function";

  // As Connection's; the listener has also failed(): the browser has no shared workers for us.
  // options.key: connections of one key are one.
  constructor(options, listener) {
    this.#options = options;
    this.#on = listener;
  }

  open() {
    this.#changed("connecting", {});
    try {
      this.#worker = new SharedWorker(new URL("./worker.js", import.meta.url),
                                      {type: "module", name: kWorker});
    } catch {
      return this.#fail();
    }
    this.#timer = setTimeout(() => this.#fail(), kAnswerMs);
    this.#worker.onerror = () => this.#fail();
    this.#port = this.#worker.port;
    this.#port.onmessage = ({data}) => this.#hear(data);
    this.#attach();
    for (const type of kPageEvents) addEventListener(type, this.#page);
  }

  send(data) { return this.#pass("send", data); }
  ask(data) { return this.#pass("ask", data); }
  comeBack(since) { this.#post("comeBack", since); }
  nudge() { this.#post("nudge"); }

  retryNow() {
    if (!this.#port) this.open();
    else this.#post("retryNow");
  }

  // The other tabs keep theirs.
  close(code = 1000, reason = "") {
    this.#end();
    this.#changed("closed", {code, reason});
  }

  #pass(what, data) {
    if (this.state !== "online") return false;
    this.#post(what, data);
    return true;
  }

  #post(what, data) {
    this.#port?.postMessage({do: what, data, ...this.#heard});
  }

  #attach() {
    const {token, WebSocket, ...options} = this.#options;
    this.#port.postMessage({do: "attach", options: {...options, hasToken: !!token}, ...this.#heard});
  }

  #hear(data) {
    clearTimeout(this.#timer);
    if (data.ping) return this.#post("pong");
    if (data.token) return this.#giveToken(data.refused);
    if (data.state) return this.#changed(data.state, data.details);
    this.#heard = {id: data.id, count: data.count};
    this.#on.received(data.received, data.isOld);
  }

  async #giveToken(refused) {
    let token;
    try {
      token = await this.#options.token(refused);
    } catch { /* undefined: another tab may have one */ }
    this.#post("token", token);
  }

  #fail() {
    this.#end();
    this.#on.failed();
  }

  #end() {
    clearTimeout(this.#timer);
    for (const type of kPageEvents) removeEventListener(type, this.#page);
    this.#post("detach");
    if (this.#worker) this.#worker.onerror = null;
    this.#port?.close();
    this.#port = null;
  }

  #changed(state, details) {
    if (state === "connecting" && this.state === state) return;
    this.state = state;
    this.#on.changed(state, details);
  }
}
