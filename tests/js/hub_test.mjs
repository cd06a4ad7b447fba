// The connection that all tabs share: hub.js in the worker, shared.js in the tabs, and what is between.
import assert from "node:assert/strict";

import {Hub} from "../../plugin_sdk/js/hub.js";
import {WebSocketClient} from "../../plugin_sdk/js/index.js";
import {FakeSocket, check as checkWithClock, settled} from "./fake_world.mjs";

// Both ends of a channel, which hand over at once what the one posts to the other.
function channel() {
  const ends = [{}, {}];
  ends.forEach((end, at) => Object.assign(end, {
    isAsleep: false,
    waiting: [],
    close() {},
    postMessage(data) {
      const to = ends[1 - at];
      const copy = structuredClone(data);
      if (to.isAsleep) to.waiting.push(copy);
      else to.onmessage({data: copy});
    },
    sleep() { this.isAsleep = true; },
    wake() {
      this.isAsleep = false;
      while (this.waiting.length) this.onmessage({data: this.waiting.shift()});
    },
  }));
  return ends;
}

// Of the browser: workers and the page's events.
class Site {
  constructor(clock) {
    this.clock = clock;
    this.hub = new Hub();
    this.ports = [];
    this.listeners = [];
    const site = this;
    globalThis.addEventListener = (type, listener) => this.listeners.push({type, listener});
    globalThis.removeEventListener = (type, listener) => {
      this.listeners = this.listeners.filter((one) => one.type !== type || one.listener !== listener);
    };
    globalThis.SharedWorker = class {
      constructor() {
        const [tab, worker] = channel();
        this.port = tab;
        site.ports.push(tab);
        site.worker = this;
        site.hub.connect(worker);
      }
    };
  }

  // A tab with a client, its port, its events.
  tab(options = {}) {
    const before = this.listeners.length;
    const client = new WebSocketClient("ws://x/", {shared: true, hello: {type: "hello"}, ready: "welcome", ...options});
    const tab = {client, heard: [], old: [], states: []};
    client.addEventListener("message", ({data, isOld}) => (isOld ? tab.old : tab.heard).push(data.text ?? data.type));
    client.addEventListener("state", ({state}) => tab.states.push(state));
    client.open();
    tab.port = this.ports.at(-1);
    tab.fire = (type, fields) => {
      for (const one of tab.listeners) if (one.type === type) one.listener({type, ...fields});
    };
    tab.listeners = this.listeners.slice(before);
    return tab;
  }

  accept() {
    FakeSocket.last.open();
    FakeSocket.last.say({type: "welcome"});
  }
}

const check = (name, run) => checkWithClock(name, async (clock) => {
  try {
    await run(new Site(clock));
  } finally {
    for (const one of ["addEventListener", "removeEventListener", "SharedWorker"]) delete globalThis[one];
  }
});

check("OneSocketServesAllTabs", (site) => {
  const [ann, bob] = [site.tab(), site.tab()];
  site.accept();
  assert.equal(FakeSocket.all.length, 1);
  FakeSocket.last.say({text: "hi"});
  assert.deepEqual([ann.heard, bob.heard], [["welcome", "hi"], ["welcome", "hi"]]);
  bob.client.send({type: "say", text: "from bob"});
  assert.equal(FakeSocket.last.take("say")[0].text, "from bob");
});

check("ATabThatComesLaterKnowsAsMuch", (site) => {
  site.tab();
  site.accept();
  for (const text of ["a", "b"]) FakeSocket.last.say({text});
  const late = site.tab();
  FakeSocket.last.say({text: "c"});
  assert.deepEqual([late.old, late.heard, late.client.state], [["welcome", "a", "b"], ["c"], "online"]);
});

check("BeginsAnewForATabThatComesAfterTheOldestAreForgotten", (site) => {
  const first = site.tab();
  site.accept();
  for (let i = 0; i < 1000; ++i) FakeSocket.last.say({text: String(i), position: i});
  const late = site.tab();
  assert.deepEqual(late.old, []);
  site.clock.advance(2000);
  FakeSocket.last.open();
  assert.deepEqual(FakeSocket.last.take("hello"), [{type: "hello"}], "without since");
  FakeSocket.last.say({type: "welcome"});
  assert.deepEqual(late.heard, ["welcome"]);
  assert.equal(first.client.state, "online");
});

check("OthersHaveAnotherSocket", (site) => {
  for (const options of [{}, {shared: "ann"}, {shared: "bob"}, {protocols: "b"}]) site.tab(options);
  assert.equal(FakeSocket.all.length, 4);
});

check("ClosesTheSocketBehindTheLastTab", (site) => {
  const [ann, bob] = [site.tab(), site.tab()];
  site.accept();
  ann.client.close();
  assert.equal(ann.client.state, "closed");
  assert.equal(FakeSocket.last.closed, false);
  bob.fire("pagehide", {persisted: false});
  assert.equal(FakeSocket.last.closed, true);
  site.tab();
  assert.equal(FakeSocket.all.length, 2);
});

check("ForgetsATabThatDoesNotAnswerUntilItDoes", (site) => {
  const [ann, bob] = [site.tab(), site.tab()];
  site.accept();
  ann.port.sleep();
  site.clock.advance(70000);
  FakeSocket.last.say({text: "while ann slept"});
  assert.equal(ann.port.waiting.some(({received}) => received), false, "nobody fills the ears of the dead");
  assert.deepEqual(bob.heard.at(-1), "while ann slept");
  ann.port.wake();
  assert.deepEqual(ann.old, ["while ann slept"], "what it missed, once");
  FakeSocket.last.say({text: "again"});
  assert.equal(ann.heard.at(-1), "again");
});

check("EndsWhenTheLastTabCrashedAndBeginsAnewWhenItWakes", (site) => {
  const tab = site.tab();
  site.accept();
  tab.port.sleep();
  site.clock.advance(70000);
  assert.equal(FakeSocket.last.closed, true);
  tab.port.wake();
  assert.equal(FakeSocket.all.length, 2);
  site.accept();
  assert.equal(tab.client.state, "online");
  assert.equal(site.tab().client.state, "online");
  assert.equal(FakeSocket.all.length, 2);
});

check("ComesBackFromThePagesCache", (site) => {
  const [ann] = [site.tab(), site.tab()];
  site.accept();
  ann.fire("pagehide", {persisted: true});
  FakeSocket.last.say({text: "meanwhile"});
  ann.fire("pageshow", {persisted: true});
  assert.deepEqual(ann.old, ["meanwhile"]);
});

check("AllTabsHearOfTheStateAndMayRetry", (site) => {
  const [ann, bob] = [site.tab(), site.tab()];
  site.accept();
  FakeSocket.last.end(1008, "no");
  assert.deepEqual([ann.states, bob.states].map((states) => states.at(-1)), ["closed", "closed"]);
  bob.client.retryNow();
  site.accept();
  assert.deepEqual([ann.client.state, bob.client.state], ["online", "online"]);
});

check("AnOutboxOfATabSurvivesABrokenConnection", (site) => {
  const [ann, bob] = [site.tab(), site.tab()];
  site.accept();
  const id = ann.client.post({type: "say", text: "mine"});
  FakeSocket.last.take("say");
  FakeSocket.last.end(1006);
  site.clock.advance(2000);
  site.accept();
  assert.deepEqual(FakeSocket.last.take("say"), [{type: "say", text: "mine", client_id: id}]);
  FakeSocket.last.say({type: "said", client_id: id});
  assert.equal(ann.client.outbox.items.length + bob.client.outbox.items.length, 0);
});

check("ATabWithATokenGivesItForAll", async (site) => {
  const asked = [];
  const token = (name, answer) => ({protocols: "x.v1", token: async (refused) => { asked.push([name, refused]); return answer(); }});
  site.tab(token("ann", () => "of.ann.x"));
  await settled();
  assert.deepEqual(FakeSocket.last.protocol, ["x.v1", "ws.token.of.ann.x"]);
  site.accept();
  site.tab(token("bob", () => { throw new Error("no"); }));
  site.tab(token("carol", () => "unused")).port.sleep();
  site.clock.advance(6000);
  FakeSocket.last.end(4401);
  site.clock.advance(0);
  await settled();
  site.clock.advance(5000);  // carol sleeps
  await settled();
  await settled();
  assert.deepEqual(asked, [["ann", false], ["bob", true], ["ann", true]]);
  assert.equal(FakeSocket.all.length, 2);
});

check("HasASocketOfItsOwnWhereThereAreNoWorkers", (site) => {
  globalThis.SharedWorker = class { constructor() { throw new Error("SecurityError"); } };
  const first = new WebSocketClient("ws://x/", {shared: true}).open();
  FakeSocket.last.open();
  assert.equal(first.state, "online");
  delete globalThis.SharedWorker;
  new WebSocketClient("ws://x/", {shared: true}).open();
  assert.equal(FakeSocket.all.length, 2);
  assert.ok(site);
});

check("HasASocketOfItsOwnWhereTheWorkerFailsOrIsSilent", (site) => {
  for (const fail of [(worker) => worker.onerror(), () => site.clock.advance(5000)]) {
    globalThis.SharedWorker = class {
      constructor() {
        this.port = {postMessage() {}, close() {}};
        site.worker = this;
      }
    };
    const client = new WebSocketClient("ws://x/", {shared: true}).open();
    fail(site.worker);
    FakeSocket.last.open();
    assert.equal(client.state, "online");
    assert.equal(site.worker.onerror, null);
  }
});
