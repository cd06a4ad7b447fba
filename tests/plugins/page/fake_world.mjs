// A world for the page's client without a browser: a clock that is moved by hand, and sockets whose
// other end is the test.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";

export class FakeClock {
  constructor() {
    this.now = 1700000000000;
    this.timers = [];
    this.count = 0;
  }

  install() {
    globalThis.setTimeout = (callback, delay = 0) => {
      const timer = {id: ++this.count, due: this.now + Math.max(0, delay), callback};
      this.timers.push(timer);
      return timer.id;
    };
    globalThis.clearTimeout = (id) => { this.timers = this.timers.filter((one) => one.id !== id); };
    Date.now = () => this.now;
  }

  advance(ms) {
    const until = this.now + ms;
    for (;;) {
      const due = this.timers.filter((one) => one.due <= until).sort((a, b) => a.due - b.due || a.id - b.id)[0];
      if (!due) break;
      this.now = Math.max(this.now, due.due);
      clearTimeout(due.id);
      due.callback();
    }
    this.now = until;
  }
}

export class FakeSocket {
  static OPEN = 1;
  static all = [];
  static get last() { return FakeSocket.all.at(-1); }

  constructor(url, protocol) {
    Object.assign(this, {url, protocol, readyState: 0, sent: [], closed: false});
    FakeSocket.all.push(this);
  }

  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.closed = true; this.readyState = 3; }

  // What the server does.
  open() { this.readyState = 1; this.onopen(); }
  say(message) { this.onmessage({data: JSON.stringify(message)}); }
  end(code, reason = "") { this.readyState = 3; this.onclose({code, reason}); }

  // What was sent of this type and not taken yet; all of it.
  take(type) {
    const found = this.sent.filter((message) => message.type === type);
    this.sent = this.sent.filter((message) => message.type !== type);
    return found;
  }
}

// The page's modules are plain .js: node takes them for modules only beside a package.json.
export async function load(name) {
  const page = fileURLToPath(new URL("../../../plugins/chat/page", import.meta.url));
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "chat-page-"));
  try {
    for (const file of fs.readdirSync(page).filter((one) => one.endsWith(".js")))
      fs.copyFileSync(path.join(page, file), path.join(copy, file));
    fs.writeFileSync(path.join(copy, "package.json"), '{"type":"module"}');
    return await import(pathToFileURL(path.join(copy, name)));
  } finally {
    fs.rmSync(copy, {recursive: true});
  }
}
