// plugin_sdk/js in Node, over npm's ws, against echo and chat: node js_client.mjs ECHO CHAT CA-FILE
// Prints "ok" and exits 0, or says what went wrong and exits 1. "restart" on standard output asks for the
// server to be restarted; a line on standard input says that it was.
import assert from "node:assert/strict";
import {webcrypto} from "node:crypto";
import {once} from "node:events";
import fs from "node:fs";
import {createRequire} from "node:module";

import {WebSocketClient} from "../../../plugin_sdk/js/index.js";

globalThis.crypto ??= webcrypto;  // Node 18
const [echo, chat, authority] = process.argv.slice(2);
const ws = createRequire(new URL("../../npm/package.json", import.meta.url))("ws");

class WebSocket extends ws {
  constructor(url, protocols) {
    super(url, protocols, {ca: fs.readFileSync(authority)});
  }
}

function connect(url, options = {}) {
  const client = new WebSocketClient(url, {WebSocket, ...options});
  client.heard = [];
  client.addEventListener("message", ({data}) => client.heard.push(data));
  return client.open();
}

// Until `happened()`, which changes with the client's events only.
function until(client, happened) {
  const types = ["message", "state", "outbox"];
  return new Promise((resolve) => {
    const look = () => {
      if (!happened()) return;
      for (const type of types) client.removeEventListener(type, look);
      resolve();
    };
    for (const type of types) client.addEventListener(type, look);
    look();
  });
}

const isOnline = (client) => until(client, () => client.state === "online");

async function echoes() {
  const client = connect(echo);
  await isOnline(client);
  const bytes = new Uint8Array([0, 1, 255]);
  for (const data of [{text: "w\u00f6rld \u{1F600}"}, "no json", bytes]) client.send(data);
  await until(client, () => client.heard.length === 3);
  assert.deepEqual(client.heard, [{text: "w\u00f6rld \u{1F600}"}, "no json", bytes.buffer]);
  for (let number = 0; number < 100; ++number) assert.ok(client.post({number}));
  await until(client, () => client.heard.length === 103);
  assert.deepEqual(client.heard.slice(3).map(({number}) => number), Array.from({length: 100}, (_, number) => number));
  client.close();
  await until(client, () => client.state === "closed");
}

// Two people of the chat over a restart: each reads all that the other said, once.
async function resumes() {
  const join = (name) => {
    const client = connect(chat, {protocols: "chat.v1", ready: "welcome", hello: () => ({type: "hello", name})});
    client.rooms = 0;
    client.addEventListener("message", ({data}) => {
      if (data.type === "welcome") client.ask({type: "join", ...(client.position ? {since: client.position} : {})});
      if (data.type === "joined" || data.type === "message") client.position = data.position;
      if (data.type === "joined") client.rooms++;
    });
    return client;
  };
  const said = (client) => client.heard.flatMap((message) => (message.type === "joined" ? message.messages : [message]))
      .filter(({type}) => type === "message").map(({text}) => text);
  const [ann, bob] = [join("Ann"), join("Bob")];
  for (const one of [ann, bob]) await until(one, () => one.rooms === 1);
  ann.post({type: "say", text: "before"});
  await until(bob, () => said(bob).length === 1);
  console.log("restart");
  await once(process.stdin, "data");
  for (const one of [ann, bob]) await until(one, () => one.rooms === 2);
  ann.post({type: "say", text: "after"});
  for (const one of [ann, bob]) {
    await until(one, () => said(one).length === 2);
    assert.deepEqual(said(one), ["before", "after"]);
    one.close();
  }
}

async function staysAway() {
  const client = connect(echo, {WebSocket: class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols);
      this.once("open", () => this._socket.write(Buffer.from([0xff, 0x80, 0, 0, 0, 0])));  // RSV bits: 1002
    }
  }});
  await until(client, () => client.state === "closed");
}

setTimeout(() => {
  console.log("nothing happens any more");
  process.exit(1);
}, 120000);
try {
  await echoes();
  await staysAway();
  await resumes();
  console.log("ok");
  process.exit(0);
} catch (error) {
  console.log(error.stack);
  process.exit(1);
}
