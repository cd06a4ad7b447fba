// plugin_sdk/js with tokens against echo and the notifications: node js_token_client.mjs ECHO NOTIFICATIONS KEY
// Prints "ok" and exits 0, or says what went wrong and exits 1.
import assert from "node:assert/strict";
import {createHmac} from "node:crypto";
import {once} from "node:events";
import {createRequire} from "node:module";

import {WebSocketClient} from "../../../plugin_sdk/js/index.js";
import {Notifications} from "../../../plugin_sdk/js/notifications.js";

const [echo, notifications, key] = process.argv.slice(2);
const WebSocket = createRequire(new URL("../../npm/package.json", import.meta.url))("ws");

function tokenOf(user, seconds) {
  const part = (object) => Buffer.from(JSON.stringify(object)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({alg: "HS256", typ: "JWT"})}.${part({sub: user, iat: now, exp: now + seconds})}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

async function becomes(client, wanted) {
  while (client.state !== wanted) await once(client, "state");
}

// 4401 ends it, another token is asked for, and it goes on.
async function comesBackWithAnotherToken() {
  const asked = [];
  const client = new WebSocketClient(echo, {
    WebSocket, token: (refused) => { asked.push(refused); return tokenOf("ann", asked.length === 1 ? 2 : 600); },
  }).open();
  await becomes(client, "online");
  const [{code}] = await once(client, "state");
  assert.equal(code, 4401);
  await becomes(client, "online");
  assert.deepEqual(asked, [false, true]);
  client.close();
}

async function renewsInTime() {
  let count = 0;
  const mine = new Notifications(notifications, {
    WebSocket, shared: false, token: () => tokenOf("ann", count++ === 0 ? 7 : 600),
  }).open();
  await becomes(mine, "online");
  assert.equal(mine.you.user, "ann");
  const states = [];
  mine.addEventListener("state", ({state, code}) => states.push([state, code]));
  for (let type; type !== "renewed";) [{data: {type}}] = await once(mine.client, "message");
  await new Promise((resolve) => setTimeout(resolve, 3000));  // beyond the life of the first
  assert.deepEqual([states, count], [[], 2]);
  mine.close();
}

setTimeout(() => {
  console.log("nothing happens any more");
  process.exit(1);
}, 120000);
try {
  await Promise.all([comesBackWithAnotherToken(), renewsInTime()]);
  console.log("ok");
  process.exit(0);
} catch (error) {
  console.log(error.stack);
  process.exit(1);
}
