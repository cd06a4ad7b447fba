// The client of notifications.v1: what there is, what of it is read, across broken connections.
import assert from "node:assert/strict";

import {Notifications} from "../../plugin_sdk/js/notifications.js";
import {FakeSocket, check as checkWithClock} from "./fake_world.mjs";

const at = (offset) => ({epoch: "7", offset: String(offset)});

class World {
  constructor(clock) {
    this.clock = clock;
    this.arrived = [];
    this.client = new Notifications("ws://x/ws/notifications", {shared: false});
    this.client.addEventListener("arrived", ({item}) => this.arrived.push(item.id));
    this.client.open();
  }

  get items() { return this.client.items.map(({id, read}) => `${id}${read ? "" : "*"}`); }

  say(message) { FakeSocket.last.say(message); }

  notify(number, {topic = null, ...more} = {}) {
    this.say({type: "notification", id: `7-${number}${topic ? `@${topic}` : ""}`, topic, level: "info", title: `n ${number}`,
              time: 1700000000000 + number, position: at(number), read: false, ...more});
  }

  welcome(backlog = () => {}, {unread = 0, ...more} = {}) {
    FakeSocket.last.open();
    this.hello = FakeSocket.last.take("hello")[0];
    this.say({type: "welcome", you: {user: "ann", name: "Ann"}, topics: [{name: "news", following: true}],
              limits: {ids: 1000, topics: 32, rate: 5, burst: 20}});
    backlog();
    this.say({type: "ready", unread, positions: {"": at(10), news: at(0)}, ...more});
    return this;
  }

  lose() {
    FakeSocket.last.end(1006);
    this.clock.advance(2000);
  }
}

const check = (name, run) => checkWithClock(name, (clock) => run(new World(clock)));
const sent = (type) => FakeSocket.last.take(type);

check("ShowsWhatWaitedButDoesNotAnnounceIt", (world) => {
  world.welcome(() => { world.notify(1, {replay: true}); world.notify(2, {replay: true}); }, {unread: 2});
  assert.deepEqual(world.items, ["7-2*", "7-1*"]);
  assert.deepEqual([world.client.unread, world.client.state, world.arrived], [2, "online", []]);
  world.say({type: "badge", unread: 3});
  world.notify(3);
  assert.deepEqual([world.items[0], world.client.unread, world.arrived], ["7-3*", 3, ["7-3"]]);
});

check("ReadsAtOnceAndForAllTabs", (world) => {
  world.welcome(() => { world.notify(1, {replay: true}); world.notify(2, {replay: true}); }, {unread: 2});
  world.client.markRead("7-1", "7-1", "unknown");
  world.client.markRead("7-1");
  assert.deepEqual(world.items, ["7-2*", "7-1"]);
  assert.equal(world.client.unread, 1);
  assert.deepEqual(sent("read"), [{type: "read", ids: ["7-1"]}]);
  world.say({type: "read", ids: ["7-2"], unread: 0});
  assert.deepEqual(world.items, ["7-2", "7-1"]);
  world.notify(3);
  world.client.markAllRead();
  assert.deepEqual(sent("read"), [{type: "read", all: true}]);
  assert.equal(world.items[0], "7-3");
});

check("ReadsWhatWasReadOffline", (world) => {
  world.welcome(() => { for (const one of [1, 2, 3]) world.notify(one, {replay: true}); }, {unread: 3});
  FakeSocket.last.end(1006);
  world.client.markRead("7-1", "7-2");
  world.clock.advance(2000);
  world.welcome(() => {}, {unread: 2, recovered: true, unread_ids: ["7-1", "7-3"]});
  assert.deepEqual(sent("read"), [{type: "read", ids: ["7-1"]}], "7-2 was read elsewhere");
  assert.deepEqual(world.items, ["7-3*", "7-2", "7-1"]);
});

check("ReadsAllThatItShowedOffline", (world) => {
  world.welcome(() => world.notify(1, {replay: true}), {unread: 1});
  FakeSocket.last.end(1006);
  world.client.markAllRead();
  world.clock.advance(2000);
  world.welcome(() => world.notify(2, {replay: true}), {unread: 2, recovered: true, unread_ids: ["7-1", "7-2"]});
  assert.deepEqual(sent("read"), [{type: "read", ids: ["7-1"]}], "not what came since");
});

check("ComesBackFromWhereItWas", (world) => {
  world.welcome(() => world.notify(9, {replay: true}), {unread: 1});
  world.notify(11);
  world.notify(1, {topic: "news"});
  world.lose();
  world.welcome(() => { world.notify(12, {replay: true}); world.notify(13, {replay: true, read: true}); },
                {unread: 2, recovered: true, unread_ids: ["7-11", "7-12"]});
  assert.deepEqual(world.hello.since, {"": at(11), news: at(1)});
  assert.deepEqual(world.items, ["7-13", "7-12*", "7-11*", "7-9", "7-1@news"]);
  assert.deepEqual(world.arrived, ["7-11", "7-1@news", "7-12"], "missed, not read elsewhere");
});

check("BeginsAnewWithoutLosingWhatItShows", (world) => {
  world.welcome(() => world.notify(1, {replay: true}), {unread: 1});
  world.client.client.comeBack(null);
  world.clock.advance(2000);
  world.welcome(() => world.notify(2, {replay: true}), {unread: 1});
  assert.equal(world.hello.since, undefined);
  assert.deepEqual(world.items, ["7-2*", "7-1"]);
});

check("TakesAwayWhatWasReplacedOrRemoved", (world) => {
  world.welcome(() => world.notify(1, {key: "order", replay: true}), {unread: 1});
  world.notify(2, {key: "order"});
  world.notify(3, {key: "order", topic: "news"});
  assert.deepEqual(world.items, ["7-3@news*", "7-2*"]);
  world.notify(1, {key: "order"});
  assert.equal(world.items.length, 2, "an older one does not come back");
  world.say({type: "removed", ids: ["7-2"], unread: 1});
  assert.deepEqual(world.items, ["7-3@news*"]);
});

check("TakesAwayWhatExpired", (world) => {
  const {now} = world.clock;
  world.welcome(() => { for (const one of [1, 2]) world.notify(one, {expires: now + one * 1000, replay: true}); world.notify(3); },
                {unread: 3});
  world.clock.advance(999);
  assert.equal(world.items.length, 3);
  world.clock.advance(1);
  assert.deepEqual(world.items, ["7-3*", "7-2*"]);
  world.clock.advance(5000);
  assert.deepEqual(world.items, ["7-3*"]);
});

check("FollowsAndUnfollowsAlsoOffline", (world) => {
  world.welcome();
  world.client.unfollow("news");
  assert.deepEqual(sent("unfollow"), [{type: "unfollow", topic: "news"}]);
  world.say({type: "topics", topics: [{name: "news", following: false}]});
  FakeSocket.last.end(1006);
  world.client.follow("news");
  world.clock.advance(2000);
  world.welcome();
  assert.deepEqual(sent("follow"), []);
  assert.deepEqual(world.client.topics, [{name: "news", following: true}]);
  world.client.unfollow("news");
  assert.deepEqual(world.client.topics, [{name: "news", following: false}], "at once");
  world.say({type: "error", code: "topic_not_allowed", text: "No.", of: "unfollow"});
  assert.deepEqual(world.client.topics, [{name: "news", following: true}]);
  world.client.follow("secret");
  world.say({type: "error", code: "topic_not_allowed", text: "No.", of: "follow"});
  world.lose();
  world.welcome();
  assert.deepEqual(sent("follow"), [], "refused once is enough");
});

check("AsksAgainWhenTheServerSaysLater", (world) => {
  world.welcome(() => world.notify(1, {replay: true}), {unread: 1});
  world.client.markRead("7-1");
  sent("read");
  world.say({type: "error", code: "rate_limited", text: "", of: "read", retry_after_ms: 700});
  world.clock.advance(700);
  assert.deepEqual(sent("read"), [{type: "read", ids: ["7-1"]}]);
});

check("KeepsTheNewestFiveHundred", (world) => {
  world.welcome();
  for (let number = 1; number <= 600; ++number) world.notify(number);
  assert.equal(world.items.length, 500);
  assert.equal(world.items[0], "7-600*");
});
