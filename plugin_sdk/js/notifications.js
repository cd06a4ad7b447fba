// The client of notifications.v1 (plugins/notifications/README.md): what there is, what of it is
// read, and the topics. Shows nothing: a page listens.

import {WebSocketClient} from "./client.js";

const kMostItems = 500;
const kMostIds = 1000;      // in one "read"
const kAgainMs = 1000;
const kMaxTimerMs = 2 ** 31 - 1;

// Events: "change" (anything here is another now), "arrived" with item (new, unread), "removed" with
// ids, "refused" with error, "state" as of WebSocketClient.
export class Notifications extends EventTarget {
  items = [];      // newest first, each as in the protocol
  unread = 0;      // for the badge; may be more than there are in items
  you = null;      // {user, name}, or null: a guest
  client;
  #topics = [];
  #wasReady = false;     // all was here once that waited for us
  #resent = null;  // ids that came since "welcome"
  #reads = new Set();    // ids that the server has not confirmed to be read
  #wishes = new Map();   // topic -> follow or unfollow, not confirmed
  #expiryTimer;

  // options: as of WebSocketClient; `shared` is on, and best the user's name.
  constructor(url = "/ws/notifications", options = {}) {
    super();
    this.client = new WebSocketClient(url, {
      shared: true, ...options,
      protocols: "notifications.v1", hello: {type: "hello"}, ready: "ready", renew: "token",
      probe: {type: "read", ids: []}, positionOf: "topic",
    });
    this.client.addEventListener("message", ({data, isOld}) => this.#received(data, isOld));
    this.client.addEventListener("state", ({state, waitMs, code, reason}) => {
      this.#emit("state", {state, waitMs, code, reason});
      if (state !== "online") return;
      this.#wasReady = true;
      this.#sendWaiting();
    });
  }

  // {name, following}, as wished for, before the server knows of it.
  get topics() {
    return this.#topics.map(({name, following}) =>
        ({name, following: this.#wishes.has(name) ? this.#wishes.get(name) === "follow" : following}));
  }

  get state() { return this.client.state; }
  open() { this.client.open(); return this; }
  close() { this.client.close(); }

  // At once here, and as soon as there is a connection for all of the user's tabs.
  markRead(...ids) {
    const unread = this.items.filter((item) => !item.read && ids.includes(item.id));
    if (unread.length === 0) return;
    for (const item of unread) {
      item.read = true;
      this.#reads.add(item.id);
    }
    this.unread = Math.max(0, this.unread - unread.length);
    this.#send({type: "read", ids: unread.map((item) => item.id)});
    this.#emit("change");
  }

  // Also those that were not sent to us.
  markAllRead() {
    for (const item of this.items) {
      if (!item.read) this.#reads.add(item.id);
      item.read = true;
    }
    this.#send({type: "read", all: true});
    this.unread = 0;
    this.#emit("change");
  }

  follow(topic) { this.#wish(topic, "follow"); }
  unfollow(topic) { this.#wish(topic, "unfollow"); }

  #wish(topic, type) {
    this.#wishes.set(topic, type);
    this.#send({type, topic});
    this.#emit("change");
  }

  #send(message) {
    return this.state === "online" && this.client.ask(message);
  }

  #sendWaiting() {
    const ids = [...this.#reads];
    for (let at = 0; at < ids.length; at += kMostIds)
      this.#send({type: "read", ids: ids.slice(at, at + kMostIds)});
    for (const [topic, type] of this.#wishes) this.#send({type, topic});
  }

  #received(message, isOld) {
    switch (message.type) {
      case "welcome": this.#welcome(message); break;
      case "notification": this.#arrived(message, isOld); break;
      case "ready": this.#ready(message); break;
      case "read": this.#read(message.ids); break;
      case "removed": this.#removed(message.ids); break;
      case "topics": this.#setTopics(message.topics); break;
      case "error": return this.#error(message);
    }
    if (message.unread !== undefined) this.unread = message.unread;
    this.#emit("change");
  }

  #welcome({you, topics}) {
    this.you = you;
    this.#setTopics(topics);
    this.#resent = new Set();
  }

  #arrived({type, position, replay, ...item}, isOld) {
    this.#resent?.add(item.id);
    const known = this.items.find(({id}) => id === item.id);
    if (this.#reads.has(item.id)) item.read = true;
    if (known) return void Object.assign(known, item);
    const older = item.key === undefined ? []
        : this.items.filter(({key, topic}) => key === item.key && topic === item.topic);
    if (older.some(({time}) => time > item.time)) return;
    if (older.length > 0) this.#removed(older.map(({id}) => id));
    this.items.push(item);
    this.items.sort((a, b) => b.time - a.time);
    this.items.length = Math.min(this.items.length, kMostItems);
    this.#expire();
    if (!isOld && !item.read && (!replay || this.#wasReady)) this.#emit("arrived", {item});
  }

  #ready({unread_ids: unreadIds}) {
    const unread = new Set(unreadIds ?? this.#resent);
    for (const item of this.items) item.read = !unread.has(item.id) || this.#reads.has(item.id);
    for (const id of this.#reads) if (!unread.has(id)) this.#reads.delete(id);
    this.#resent = null;
  }

  #read(ids) {
    for (const id of ids) this.#reads.delete(id);
    for (const item of this.items) if (ids.includes(item.id)) item.read = true;
  }

  #removed(ids) {
    this.items = this.items.filter(({id}) => !ids.includes(id));
    for (const id of ids) this.#reads.delete(id);
    this.#emit("removed", {ids});
  }

  #setTopics(topics) {
    this.#topics = topics;
    for (const {name, following} of topics)
      if (this.#wishes.get(name) === (following ? "follow" : "unfollow")) this.#wishes.delete(name);
  }

  #error(error) {
    const {of: type, code, retry_after_ms: wait = kAgainMs} = error;
    if (code === "rate_limited" || code === "try_again") {
      setTimeout(() => this.#sendWaiting(), wait);
    } else if (type !== "token") {
      if (type === "follow" || type === "unfollow") this.#wishes.clear();
      this.#emit("refused", {error});
      this.#emit("change");
    }
  }

  #expire() {
    clearTimeout(this.#expiryTimer);
    const now = Date.now();
    const gone = this.items.filter(({expires}) => expires <= now).map(({id}) => id);
    if (gone.length > 0) this.#removed(gone);
    const next = Math.min(...this.items.map(({expires}) => expires ?? Infinity));
    if (next === Infinity) return;
    this.#expiryTimer = setTimeout(() => {
      this.#expire();
      this.#emit("change");
    }, Math.min(kMaxTimerMs, next - now));
  }

  #emit(type, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(type), fields));
  }
}
