// The outbox of WebSocketClient: keeps what was posted while offline, and sends it until it arrived.
import assert from "node:assert/strict";

import {Outbox, WebSocketClient} from "../../plugin_sdk/js/index.js";
import {FakeSocket, check} from "./fake_world.mjs";

function start(options) {
  const client = new WebSocketClient("ws://x/", options);
  client.fates = [];
  client.addEventListener("outbox", ({item}) => client.fates.push(`${item.message.text} ${item.state}`));
  return client.open();
}

const sent = () => FakeSocket.last.take("say");
const confirm = ({client_id}) => FakeSocket.last.say({type: "said", client_id});

check("SendsWhatWasPostedBeforeThereWasAConnectionInOrder", () => {
  const client = start();
  for (const text of ["a", "b", "c"]) assert.ok(client.post({type: "say", text}));
  FakeSocket.last.open();
  for (const text of ["a", "b", "c"]) {
    const [one, ...more] = sent();
    assert.equal(one.text, text);
    assert.deepEqual(more, [], "one at a time");
    confirm(one);
  }
  assert.deepEqual(client.outbox.items, []);
});

check("SendsWhatWasNotConfirmedAgainWithTheSameId", (clock) => {
  const client = start();
  FakeSocket.last.open();
  const id = client.post({type: "say", text: "a"});
  assert.deepEqual(sent(), [{type: "say", text: "a", client_id: id}]);
  FakeSocket.last.end(1006);
  clock.advance(2000);
  FakeSocket.last.open();
  const [again] = sent();
  assert.equal(again.client_id, id);
  confirm(again);
  assert.deepEqual(client.fates, ["a waiting", "a sending", "a lost", "a waiting", "a sending", "a gone"]);
});

check("IsBounded", () => {
  const client = start({outboxLimit: 2});
  assert.ok(client.post({type: "say", text: "a"}));
  assert.ok(client.post({type: "say", text: "b"}));
  assert.equal(client.post({type: "say", text: "c"}), null);
  FakeSocket.last.open();
  confirm(sent()[0]);
  assert.ok(client.post({type: "say", text: "d"}));
});

check("LeavesARefusedOneToItsWriterAndGoesOn", () => {
  const client = start();
  FakeSocket.last.open();
  client.post({type: "say", text: "a"});
  client.post({type: "say", text: "b"});
  const [{client_id}] = sent();
  FakeSocket.last.say({type: "error", code: "bad_text", text: "No.", client_id});
  assert.equal(sent()[0].text, "b");
  const [{state, why}] = client.outbox.items;
  assert.deepEqual([state, why], ["refused", "No."]);
  client.outbox.remove(client_id);
  assert.equal(client.outbox.items.length, 1);
});

check("WaitsWhenTheServerSaysLater", (clock) => {
  const client = start();
  FakeSocket.last.open();
  client.post({type: "say", text: "a"});
  FakeSocket.last.say({type: "error", code: "rate_limited", client_id: sent()[0].client_id, retry_after_ms: 700});
  clock.advance(699);
  assert.deepEqual(sent(), []);
  clock.advance(1);
  assert.equal(sent().length, 1);
});

check("GivesUpAConnectionThatDoesNotConfirm", (clock) => {
  const client = start();
  FakeSocket.last.open();
  client.post({type: "say", text: "a"});
  clock.advance(10000);
  assert.equal(client.state, "waiting");
});

check("KeepsLanesApart", () => {
  const ready = new Set(["tea"]);
  const gone = [];
  const outbox = new Outbox(({lane}) => ready.has(lane), (item) => gone.push(item));
  const soup = outbox.add({}, "soup"), tea = outbox.add({}, "tea");
  assert.deepEqual([soup.state, tea.state], ["waiting", "sending"]);
  outbox.connectionLost();
  outbox.settle("soup");
  assert.equal(tea.state, "lost");
  outbox.settle("tea", false);
  assert.equal(tea.state, "unsure");
  outbox.sendAgain(tea.id);
  assert.equal(tea.state, "sending");
});
