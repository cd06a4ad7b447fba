// WebSocketClient of one tab: comes back, resumes, renews its token, and gives up what is dead.
import assert from "node:assert/strict";
import {test} from "node:test";

import {WebSocketClient} from "../../plugin_sdk/js/index.js";
import {comesBack, waitMs} from "../../plugin_sdk/js/backoff.js";
import {renewAfterMs} from "../../plugin_sdk/js/token.js";
import {FakeSocket, check, settled} from "./fake_world.mjs";

// A client that notes its events. Its socket is FakeSocket.last.
function start(options) {
  const client = new WebSocketClient("http://site.example/ws/x#part", options);
  client.told = [];
  client.heard = [];
  client.addEventListener("state", ({state, waitMs: wait, code, reason}) => client.told.push({state, wait, code, reason}));
  client.addEventListener("message", ({data}) => client.heard.push(data));
  return client.open();
}

const jwt = (claims) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;

test("R32_WaitsLongerAfterEachFailureAndAtMostThirtySeconds", () => {
  const most = () => 1;
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 2000].map((tries) => waitMs(tries, 1006, most)),
                   [2000, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  assert.equal(waitMs(5, 1006, () => 0), 0);
});

test("WaitsLongerForAServerThatHasTooMuchToDo", () => {
  assert.deepEqual([0, 1, 2, 9].map((tries) => waitMs(tries, 1013, () => 1)), [8000, 16000, 30000, 30000]);
});

test("R32_SpreadsOverTheWholeWait", () => {
  const waits = Array.from({length: 1000}, () => waitMs(3));
  for (let quarter = 0; quarter < 4; ++quarter)
    assert.ok(waits.filter((wait) => Math.floor(wait / 1000) === quarter).length > 150);
});

test("KnowsWhichCloseCodesAreFinal", () => {
  for (const code of [1001, 1006, 1011, 1012, 1013, 1014, 1015, 4401]) assert.ok(comesBack(code), code);
  for (const code of [1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 3000, 4000, 4403]) assert.ok(!comesBack(code), code);
});

check("ConnectsToTheWebSocketOfAnAddress", () => {
  start({protocols: ["b", "a"]});
  assert.equal(FakeSocket.last.url, "ws://site.example/ws/x");
  assert.deepEqual(FakeSocket.last.protocol, ["b", "a"]);
});

check("IsOnlineWhenOpenOrWhenTheServerSaysSo", () => {
  const plain = start();
  assert.equal(plain.state, "connecting");
  FakeSocket.last.open();
  assert.equal(plain.state, "online");
  const asked = start({ready: "welcome", hello: {type: "hello"}});
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.take("hello"), [{type: "hello"}]);
  FakeSocket.last.say({type: "other"});
  assert.equal(asked.state, "connecting");
  FakeSocket.last.say({type: "welcome"});
  assert.equal(asked.state, "online");
});

check("HandsOverWhatIsNoJson", () => {
  const client = start();
  FakeSocket.last.open();
  FakeSocket.last.onmessage({data: "{half"});
  FakeSocket.last.onmessage({data: '{"a":1}'});
  FakeSocket.last.onmessage({data: new ArrayBuffer(2)});
  assert.deepEqual(client.heard, ["{half", {a: 1}, new ArrayBuffer(2)]);
  const raw = start({json: false});
  FakeSocket.last.open();
  FakeSocket.last.onmessage({data: "1"});
  assert.deepEqual(raw.heard, ["1"]);
});

for (const code of [1001, 1006, 1011, 1012]) {
  check(`ComesBackAfter${code}`, (clock) => {
    const client = start();
    FakeSocket.last.open();
    FakeSocket.last.end(code);
    assert.ok(client.told.at(-1).wait <= 2000);
    clock.advance(2000);
    assert.equal(FakeSocket.all.length, 2);
  });
}

for (const code of [1000, 1008, 4403]) {
  check(`StaysAwayAfter${code}UntilToldOtherwise`, (clock) => {
    const client = start();
    FakeSocket.last.end(code, "why");
    client.nudge();
    clock.advance(3600000);
    assert.equal(FakeSocket.all.length, 1);
    assert.deepEqual(client.told.at(-1), {state: "closed", wait: undefined, code, reason: "why"});
    client.retryNow();
    assert.equal(FakeSocket.all.length, 2);
  });
}

check("ForgetsFailuresOnlyAfterAConnectionThatLasted", (clock) => {
  const client = start();
  const tries = (seconds) => {
    FakeSocket.last.open();
    clock.advance(seconds * 1000);
    FakeSocket.last.end(1006);
    const {wait} = client.told.at(-1);
    clock.advance(wait);
    return wait;
  };
  const real = Math.random;
  Math.random = () => 1;
  try {
    assert.deepEqual([1, 1, 1, 1, 6].map(tries), [2000, 1000, 2000, 4000, 2000]);
  } finally {
    Math.random = real;
  }
});

check("GivesUpAServerThatDoesNotAnswer", (clock) => {
  const client = start({hello: {type: "hello"}, ready: "welcome"});
  clock.advance(9999);
  FakeSocket.last.open();
  clock.advance(9999);
  assert.equal(client.state, "connecting");
  clock.advance(1);
  assert.equal(client.state, "waiting");
  assert.ok(FakeSocket.all[0].closed);
});

check("FindsOutWhetherItIsStillThere", (clock) => {
  const client = start({probe: {type: "who"}});
  FakeSocket.last.open();
  client.nudge();
  assert.deepEqual(FakeSocket.last.take("who"), [{type: "who"}]);
  FakeSocket.last.say({type: "members"});
  clock.advance(60000);
  assert.equal(client.state, "online");
  client.nudge();
  clock.advance(10000);
  assert.equal(client.state, "waiting");
  client.nudge();
  assert.equal(client.state, "connecting");
});

check("ResumesAfterTheLastPosition", (clock) => {
  start({hello: {type: "hello", as: "ann"}});
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.sent, [{type: "hello", as: "ann"}]);
  for (const position of [{epoch: "7", offset: "1"}, {epoch: "7", offset: "2"}]) FakeSocket.last.say({position});
  FakeSocket.last.say({type: "no position"});
  FakeSocket.last.end(1012);
  clock.advance(2000);
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.sent, [{type: "hello", as: "ann", since: {epoch: "7", offset: "2"}}]);
});

check("ResumesEachChannelWhereItWas", (clock) => {
  const client = start({hello: {type: "hello"}, ready: "ready", positionOf: "topic"});
  const again = (answer) => {
    FakeSocket.last.end(1012);
    clock.advance(client.told.at(-1).wait);
    FakeSocket.last.open();
    const [{since}] = FakeSocket.last.take("hello");
    for (const message of answer) FakeSocket.last.say(message);
    return since;
  };
  FakeSocket.last.open();
  FakeSocket.last.say({type: "n", topic: "news", position: 5});
  assert.equal(again([{type: "ready", positions: {"": 1, news: 5}}]), undefined, "it was not whole");
  FakeSocket.last.say({type: "n", topic: null, position: 2});
  FakeSocket.last.say({type: "n", topic: "news", position: 6});
  assert.deepEqual(again([{type: "n", topic: "news", position: 9}]), {"": 2, news: 6});
  assert.deepEqual(again([]), {"": 2, news: 6}, "9 came between what was missed");
});

check("BeginsAnewFromWhereItIsTold", (clock) => {
  const client = start({hello: {type: "hello"}});
  FakeSocket.last.open();
  FakeSocket.last.say({position: 1});
  FakeSocket.last.say({position: 2});
  for (const [from, since] of [[1, 1], [undefined, 1], [null, undefined]]) {
    client.comeBack(from);
    assert.ok(FakeSocket.last.closed);
    clock.advance(client.told.at(-1).wait);
    FakeSocket.last.open();
    assert.equal(FakeSocket.last.take("hello")[0].since, since);
  }
});

check("CarriesATokenAmongTheSubprotocols", async () => {
  start({protocols: "x.v1", token: async () => "a.b.c"});
  await settled();
  assert.deepEqual(FakeSocket.last.protocol, ["x.v1", "ws.token.a.b.c"]);
});

check("CarriesATokenInTheAddressWhereThereAreNoSubprotocols", async () => {
  start({token: () => "a.b-_.c"});
  await settled();
  assert.equal(FakeSocket.last.url, "ws://site.example/ws/x?token=a.b-_.c");
  assert.deepEqual(FakeSocket.last.protocol, []);
});

check("AsksForAnotherTokenAfter4401", async (clock) => {
  const asked = [];
  const client = start({token: (refused) => { asked.push(refused); return "t"; }});
  await settled();
  FakeSocket.last.open();
  clock.advance(60000);
  FakeSocket.last.end(4401, "expired");
  assert.equal(client.told.at(-1).wait, 0, "nobody waits: it lasted, and only the token was old");
  clock.advance(0);
  await settled();
  assert.deepEqual(asked, [false, true]);
  FakeSocket.last.open();
  FakeSocket.last.end(4401);
  assert.notEqual(client.told.at(-1).wait, 0, "the new one is no better");
});

check("WaitsWhenThereIsNoToken", async (clock) => {
  let tokens = 0;
  const client = start({token: async () => { if (++tokens < 3) throw new Error("offline"); return "t"; }});
  for (let i = 0; i < 2; ++i) {
    await settled();
    clock.advance(client.told.at(-1).wait);
  }
  await settled();
  assert.equal(tokens, 3);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(client.state, "connecting");
});

check("DoesNotWaitForATokenForEver", async (clock) => {
  const client = start({token: () => new Promise(() => {})});
  clock.advance(20000);
  assert.equal(client.state, "waiting");
});

check("RenewsATokenInTime", async (clock) => {
  let count = 0;
  const life = 1000;
  const token = () => { const now = clock.now / 1000; return jwt({iat: now, exp: now + life, count: ++count}); };
  start({token, renew: "token"});
  await settled();
  FakeSocket.last.open();
  clock.advance(life * 750 - 1);
  await settled();
  assert.equal(count, 1);
  clock.advance(1);
  await settled();
  assert.equal(FakeSocket.last.take("token").length, 1);
  clock.advance(life * 750);
  await settled();
  assert.equal(FakeSocket.last.take("token").length, 1);
  FakeSocket.last.end(1000);
  clock.advance(life * 2000);
  await settled();
  assert.equal(count, 3, "not after its end");
});

test("ReadsTheLifeOfAToken", () => {
  assert.equal(renewAfterMs(jwt({iat: 5, exp: 105}), 999), 75000);
  assert.equal(renewAfterMs(jwt({exp: 200}), 100000), 75000);
  assert.equal(renewAfterMs(jwt({exp: 1, name: "\u00e4\u{1F600}?>"}), 100000), 5000);
  assert.equal(renewAfterMs(jwt({iat: 0, exp: 1e15})), 2 ** 31 - 1);
  for (const other of ["opaque", "a.b.c", jwt({}), jwt({exp: "soon"}), jwt(null)]) assert.equal(renewAfterMs(other), null);
});

check("ClosesForGoodAndOpensAgain", (clock) => {
  const client = start();
  FakeSocket.last.open();
  client.close();
  assert.ok(FakeSocket.last.closed);
  assert.equal(client.send("x"), false);
  clock.advance(3600000);
  assert.equal(FakeSocket.all.length, 1);
  client.open();
  client.open();
  assert.equal(FakeSocket.all.length, 2);
});

check("SendsTextAndBytesAsTheyAre", () => {
  const client = start();
  const sent = [];
  FakeSocket.last.open();
  FakeSocket.last.send = (data) => sent.push(data);
  for (const data of ["text", new Uint8Array([1]), {a: 1}]) assert.ok(client.send(data));
  assert.deepEqual(sent, ["text", new Uint8Array([1]), '{"a":1}']);
});
