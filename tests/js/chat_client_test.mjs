// The chat page's client: comes back by itself, misses nothing, sends each message once.
import assert from "node:assert/strict";

import {FakeSocket, check as checkWithClock, loadOfPage} from "./fake_world.mjs";

const {Client} = await loadOfPage("chat", "client.js");

const me = {id: "g:me", name: "Ann", guest: true};
const bob = {id: "u:bob", name: "bob", guest: false};
const at = (offset, epoch = "7") => ({epoch, offset: String(offset)});

// A client and all that it tells its page.
class World {
  constructor(clock) {
    this.clock = clock;
    this.told = [];
    const listener = new Proxy({}, {get: (_, name) => (...what) => { this.told.push([name, ...what]); }});
    this.client = new Client("ws://x/ws/chat", {name: "Ann", token: "t".repeat(32)}, listener);
  }

  start() {
    this.client.start([]);
    this.accept();
    this.joined({messages: []});
    return this;
  }

  get socket() { return FakeSocket.last; }
  get room() { return this.client.rooms.get("lobby"); }

  accept(privately = {messages: [], position: at(0)}) {
    this.socket.open();
    this.hello = this.socket.take("hello")[0];
    this.socket.say({type: "welcome", you: me, room: "lobby", join_any: true, typing: true,
                     limits: {text: 2000, name: 32, rooms: 8, rate: 5, burst: 20}, private: privately});
    this.join = this.socket.take("join")[0];
  }

  joined({messages, position = messages.at(-1)?.position ?? at(0), recovered}) {
    this.socket.say({type: "joined", room: "lobby", members: [me, bob], count: 2, messages, position, recovered});
  }

  message(offset, {from = bob, text = `text ${offset}`, client_id = undefined, epoch} = {}) {
    return {type: "message", room: "lobby", from, text, client_id, id: `7-${offset}`,
            position: at(offset, epoch), time: 1700000000000 + offset};
  }

  comeBack(answer) {
    this.socket.end(1012);
    this.clock.advance(2000);
    this.accept();
    this.joined(answer);
  }

  texts() {
    return this.told.filter(([name]) => name === "message").map(([, , message]) => message.text);
  }
}

const check = (name, run) => checkWithClock(name, (clock) => run(new World(clock)));

check("AsksForTheSubprotocolAndSaysHelloFirst", (world) => {
  world.start();
  assert.deepEqual(world.socket.protocol, ["chat.v1"]);
  assert.deepEqual(world.hello, {type: "hello", token: "t".repeat(32), name: "Ann"});
  assert.deepEqual(world.join, {type: "join", room: "lobby"});
});

check("GivesUpAServerThatDoesNotAnswer", (world) => {
  world.start();
  world.client.say(world.room, "hello?");
  world.clock.advance(9999);
  assert.equal(world.socket.closed, false);
  world.clock.advance(1);
  assert.equal(FakeSocket.all[0].closed, true);
});

check("SaysWhyItStaysAway", (world) => {
  world.start().socket.end(1008, "why");
  const [what, state, {code, reason}] = world.told.at(-1);
  assert.deepEqual([what, state, code, reason], ["stateChanged", "closed", 1008, "why"]);
});

check("ResumesAfterTheLastMessageItSaw", (world) => {
  world.start();
  world.socket.say(world.message(1));
  world.socket.say(world.message(2));
  world.comeBack({messages: [world.message(3)], recovered: true});
  assert.deepEqual(world.join.since, at(2));
  assert.deepEqual(world.texts(), ["text 1", "text 2", "text 3"]);
});

check("ShowsNothingTwice", (world) => {
  world.start();
  world.socket.say(world.message(1));
  world.socket.say(world.message(1));
  world.comeBack({messages: [world.message(1), world.message(2)], recovered: true});
  world.socket.say(world.message(2));
  assert.deepEqual(world.texts(), ["text 1", "text 2"]);
});

check("KnowsPositionsBeyondTheNumbersOfJavaScript", (world) => {
  world.start();
  world.socket.say(world.message("9007199254740993"));
  world.socket.say(world.message("9007199254740992"));
  world.socket.say(world.message("18446744073709551615"));
  assert.equal(world.texts().length, 2);
  world.comeBack({messages: [], position: at("18446744073709551615"), recovered: true});
  assert.deepEqual(world.join.since, at("18446744073709551615"));
});

check("BeginsAnewWhenItIsNotRecovered", (world) => {
  world.start();
  world.socket.say(world.message(5));
  world.told = [];
  world.comeBack({messages: [world.message(1, {epoch: "8"})], recovered: false});
  assert.ok(world.told.some(([name, , wasHere]) => name === "cleared" && wasHere));
  assert.deepEqual(world.texts(), ["text 1"]);
});

check("ConfirmsItsOwnMessageByItsId", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [sent] = world.socket.take("say");
  assert.equal(world.client.outbox.items.length, 1);
  world.socket.say(world.message(1, {from: bob, text: "theirs", client_id: sent.client_id}));
  assert.equal(world.client.outbox.items.length, 1, "not mine, though the id is");
  world.socket.say(world.message(2, {from: me, text: "mine", client_id: sent.client_id}));
  assert.equal(world.client.outbox.items.length, 0);
});

check("DoesNotSendAgainWhatArrived", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [{client_id}] = world.socket.take("say");
  world.comeBack({messages: [world.message(1, {from: me, text: "mine", client_id})], recovered: true});
  assert.deepEqual(world.socket.take("say"), []);
  assert.equal(world.client.outbox.items.length, 0);
});

check("SendsAgainWhatDidNotArrive", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [first] = world.socket.take("say");
  world.comeBack({messages: [], recovered: true});
  assert.deepEqual(world.socket.take("say"), [first]);
});

check("AsksItsWriterWhenNobodyKnows", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  world.comeBack({messages: [], recovered: false});
  assert.deepEqual(world.socket.take("say"), []);
  const [item] = world.client.outbox.items;
  assert.equal(item.state, "unsure");
  world.client.outbox.sendAgain(item.id);
  assert.equal(world.socket.take("say").length, 1);
});

check("SendsWhatWasWrittenMeanwhileInOrder", (world) => {
  world.start();
  world.socket.end(1006);
  for (const text of ["a", "b", "c"]) world.client.say(world.room, text);
  world.clock.advance(2000);
  world.accept();
  assert.deepEqual(world.socket.take("say"), [], "not before the room is back");
  world.joined({messages: [], recovered: true});
  for (const [offset, text] of [[1, "a"], [2, "b"], [3, "c"]]) {
    const [sent, ...more] = world.socket.take("say");
    assert.equal(sent.text, text);
    assert.deepEqual(more, [], "one at a time");
    world.socket.say(world.message(offset, {from: me, text, client_id: sent.client_id}));
  }
});

check("KeepsToTheRate", (world) => {
  world.start();
  for (let i = 0; i < 30; ++i) world.client.say(world.room, String(i));
  let sent = 0;
  const serve = () => {
    for (const {client_id, text} of world.socket.take("say"))
      world.socket.say(world.message(++sent, {from: me, text, client_id}));
  };
  for (let i = 0; i < 100; ++i) serve();
  assert.equal(sent, 10, "half the burst");
  for (let i = 0; i < 10; ++i) { world.clock.advance(200); serve(); }
  assert.equal(sent, 20, "then the rate");
});

check("WaitsWhenTheServerSaysTooFast", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [{client_id}] = world.socket.take("say");
  world.socket.say({type: "error", code: "rate_limited", message: "", client_id, retry_after_ms: 700});
  world.clock.advance(699);
  assert.deepEqual(world.socket.take("say"), []);
  world.clock.advance(1);
  assert.equal(world.socket.take("say").length, 1);
});

check("LeavesARefusedMessageToItsWriter", (world) => {
  world.start();
  world.client.say(world.room, "too long");
  world.client.say(world.room, "fine");
  const [{client_id}] = world.socket.take("say");
  world.socket.say({type: "error", code: "too_long", message: "Too long.", client_id});
  const [item] = world.client.outbox.items;
  assert.deepEqual([item.state, item.why], ["refused", "Too long."]);
  assert.equal(world.socket.take("say")[0].text, "fine");
  world.client.outbox.remove(client_id);
  assert.equal(world.client.outbox.items.length, 1);
});

check("PrivateMessagesResumeToo", (world) => {
  world.start();
  const conversation = world.client.talkTo(bob);
  world.client.say(conversation, "psst");
  const [{client_id, to}] = world.socket.take("private");
  assert.equal(to, "u:bob");
  const echo = {type: "private", from: me, to: bob, text: "psst", client_id, position: at(1), time: 0};
  world.socket.end(1006);
  world.clock.advance(2000);
  world.accept({messages: [echo], position: at(1), recovered: true});
  assert.equal(world.client.outbox.items.length, 0);
  world.socket.end(1006);
  world.clock.advance(2000);
  world.accept({messages: [], position: at(1), recovered: true});
  assert.deepEqual(world.hello.since, at(1));
  assert.deepEqual(world.texts(), ["psst"]);
});

check("FillsAGapBeforeItShowsWhatCameBehind", (world) => {
  world.start();
  world.socket.say(world.message(1));
  world.socket.say({type: "gap", room: "lobby"});
  world.socket.say({type: "gap", room: "lobby"});
  world.socket.say(world.message(4));
  world.clock.advance(1000);
  assert.deepEqual(world.socket.take("join"), [{type: "join", room: "lobby", since: at(1)}]);
  world.socket.say(world.message(5));
  assert.deepEqual(world.texts(), ["text 1"]);
  world.joined({messages: [2, 3, 4].map((offset) => world.message(offset)), recovered: true});
  world.socket.say(world.message(6));
  assert.deepEqual(world.texts(), [1, 2, 3, 4, 5, 6].map((offset) => `text ${offset}`));
  world.clock.advance(60000);
  assert.deepEqual(world.socket.take("join"), []);
});

check("FillsAGapThatGrewWhileItAsked", (world) => {
  world.start();
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  assert.equal(world.socket.take("join").length, 1);
  world.socket.say({type: "gap", room: "lobby"});
  world.socket.say(world.message(4));
  world.joined({messages: [world.message(1)], recovered: true});
  assert.deepEqual(world.texts(), ["text 1"]);
  world.clock.advance(1000);
  assert.deepEqual(world.socket.take("join")[0].since, at(1));
  world.joined({messages: [2, 3, 4].map((offset) => world.message(offset)), recovered: true});
  assert.deepEqual(world.texts(), [1, 2, 3, 4].map((offset) => `text ${offset}`));
});

check("FillsAGapThatCameBeforeItWasIn", (world) => {
  world.client.start([]);
  world.accept();
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  assert.deepEqual(world.socket.take("join"), [], "the answer is on its way");
  world.joined({messages: [world.message(1)]});
  world.socket.say(world.message(3));
  world.clock.advance(1000);
  assert.deepEqual(world.socket.take("join")[0].since, at(1));
  world.joined({messages: [world.message(2), world.message(3)], recovered: true});
  assert.deepEqual(world.texts(), ["text 1", "text 2", "text 3"]);
});

check("AsksForAGapAgainWhenTheServerSaysLater", (world) => {
  world.start();
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  world.socket.take("join");
  world.socket.say({type: "error", code: "rate_limited", message: "", room: "lobby", retry_after_ms: 700});
  world.clock.advance(699);
  assert.deepEqual(world.socket.take("join"), []);
  world.clock.advance(1);
  assert.equal(world.socket.take("join").length, 1);
});

check("FindsItsOwnMessageInAGap", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [{client_id}] = world.socket.take("say");
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  world.joined({messages: [world.message(1, {from: me, text: "mine", client_id})], recovered: true});
  assert.equal(world.client.outbox.items.length, 0);
});

check("WaitsForItsOwnMessageThatWasNotInTheGap", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  const [{client_id}] = world.socket.take("say");
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  world.joined({messages: [world.message(1)], recovered: true});
  assert.deepEqual(world.socket.take("say"), []);
  world.socket.say(world.message(2, {from: me, text: "mine", client_id}));
  assert.equal(world.client.outbox.items.length, 0);
});

check("AsksItsWriterWhenAGapCanNotBeFilled", (world) => {
  world.start();
  world.client.say(world.room, "mine");
  world.socket.say({type: "gap", room: "lobby"});
  world.clock.advance(1000);
  world.joined({messages: [], position: at(9), recovered: false});
  assert.equal(world.client.outbox.items[0].state, "unsure");
});

check("AGapEndsWithItsRoomOrTheConnection", (world) => {
  world.start();
  world.socket.say({type: "gap", room: "lobby"});
  world.socket.say(world.message(3));
  world.comeBack({messages: [1, 2, 3].map((offset) => world.message(offset)), recovered: true});
  assert.deepEqual(world.texts(), ["text 1", "text 2", "text 3"]);
  world.socket.say({type: "gap", room: "lobby"});
  world.client.leave(world.room);
  world.clock.advance(2000);
  assert.deepEqual(world.socket.take("join"), []);
});

check("ComesBackForPrivateMessagesThatWereLost", (world) => {
  world.start();
  const echo = {type: "private", from: bob, to: me, text: "psst", position: at(1), time: 0};
  world.socket.say(echo);
  const first = world.socket;
  first.say({type: "gap"});
  assert.equal(first.closed, true);
  world.clock.advance(2000);
  world.accept({messages: [{...echo, text: "again", position: at(2)}], position: at(2), recovered: true});
  assert.deepEqual(world.hello.since, at(1));
  assert.deepEqual(world.texts(), ["psst", "again"]);
});

check("WhoComesRightBackDidNotLeave", (world) => {
  world.start();
  const presence = (change) => world.socket.say({type: "presence", room: "lobby", member: bob, change});
  presence("left");
  world.clock.advance(3000);
  presence("joined");
  world.clock.advance(60000);
  assert.ok(world.room.members.has(bob.id));
  assert.ok(!world.told.some(([name]) => name === "notice"));
  presence("left");
  world.clock.advance(4000);
  assert.ok(!world.room.members.has(bob.id));
});

check("TypingIsForgotten", (world) => {
  world.start();
  world.socket.say({type: "typing", room: "lobby", member: bob, typing: true});
  assert.equal(world.room.typing.size, 1);
  world.clock.advance(6000);
  assert.equal(world.room.typing.size, 0);
  world.socket.say({type: "typing", room: "lobby", member: bob, typing: true});
  world.socket.say(world.message(1));
  assert.equal(world.room.typing.size, 0);
});

check("AsksForANameWhenItIsTaken", (world) => {
  world.client.start([]);
  world.accept();
  world.socket.say({type: "error", code: "name_taken", message: "Taken.", field: "name", room: "lobby"});
  assert.equal(world.told.at(-1)[0], "nameRefused");
  world.client.rename("Anna");
  assert.deepEqual(world.socket.take("name"), [{type: "name", name: "Anna"}]);
  world.socket.say({type: "renamed", you: {...me, name: "Anna"}});
  assert.equal(world.socket.take("join").length, 1);
});

check("ARoomThatIsRefusedIsForgotten", (world) => {
  world.start();
  world.client.join("no room");
  world.socket.say({type: "error", code: "bad_room", message: "Bad.", field: "room", room: "no room"});
  assert.deepEqual([...world.client.rooms.keys()], ["lobby"]);
  assert.equal(world.told.at(-1)[0], "roomRefused");
});
