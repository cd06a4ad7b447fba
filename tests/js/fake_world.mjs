// A world for the clients without a browser: a clock that is moved by hand, and sockets whose other
// end is the test.
import {webcrypto} from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {test} from "node:test";
import {fileURLToPath, pathToFileURL} from "node:url";

globalThis.crypto ??= webcrypto;  // Node 18
const top = fileURLToPath(new URL("../..", import.meta.url));

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

// check(name, run): `run` gets a clock that is the process's, and sockets that are FakeSockets. Promises
// that are due are kept by `await settled()`. node:test itself keeps time.
export function check(name, run) {
  test(name, async () => {
    const real = [globalThis.setTimeout, globalThis.clearTimeout, Date.now, globalThis.WebSocket];
    const clock = new FakeClock();
    clock.install();
    FakeSocket.all = [];
    globalThis.WebSocket = FakeSocket;
    try {
      await run(clock);
    } finally {
      [globalThis.setTimeout, globalThis.clearTimeout, Date.now, globalThis.WebSocket] = real;
    }
  });
}

const turn = setImmediate;
export const settled = () => new Promise((done) => turn(done));

// A module of the chat's page, in a tree as the site has it. The pages' modules are plain .js: Node
// takes them for modules only below a package.json.
export async function loadOfPage(plugin, name) {
  const site = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
  try {
    fs.cpSync(path.join(top, "plugins", plugin, "page"), path.join(site, plugin), {recursive: true});
    fs.cpSync(path.join(top, "plugin_sdk/js"), path.join(site, "websocket-client"), {recursive: true});
    fs.writeFileSync(path.join(site, "package.json"), '{"type":"module"}');
    return await import(pathToFileURL(path.join(site, plugin, name)));
  } finally {
    fs.rmSync(site, {recursive: true});
  }
}
