// The client of chat.v1: who we are, which rooms we are in, what we have seen of them. Knows no
// page: its listener is told what happened (see chat.js).

import {Outbox, WebSocketClient} from "../websocket-client/index.js";
import {Conversation} from "./conversation.js";
import {Gap} from "./gap.js";

const kComingBackMs = 10000;  // so long after a reconnect others may still be on their way

export class Client {
  // identity: {name, token}, name may be empty. listener: see the calls of this.on below.
  constructor(url, identity, listener) {
    this.on = listener;
    this.identity = identity;
    this.me = null;
    this.limits = null;
    this.rooms = new Map();
    this.privates = new Map();
    this.privatePosition = null;
    this.hasPrivate = false;
    this.hasTyping = false;
    this.outbox = new Outbox((item) => this.#sendItem(item), (item) => this.on.itemChanged(item));
    this.outbox.setRate(5, 20);
    this.connection = new WebSocketClient(url, {
      protocols: "chat.v1", hello: () => this.#helloMessage(), ready: "welcome", probe: () => this.#probe(),
    });
    this.connection.addEventListener("message", ({data}) => this.#receive(data));
    this.connection.addEventListener("state", (event) => this.#stateChanged(event));
  }

  start(roomNames) {
    for (const name of roomNames) this.#room(name);
    this.connection.open();
  }

  join(name) {
    const room = this.#room(name);
    if (!room.isJoined) this.#ask(this.#joinMessage(room));
    return room;
  }

  leave(room) {
    room.endGap();
    this.rooms.delete(room.id);
    this.connection.send({type: "leave", room: room.id});
    this.on.conversationsChanged();
  }

  // The private messages with a member.
  talkTo(member) {
    let conversation = this.privates.get(member.id);
    if (!conversation) {
      conversation = new Conversation("private", member.id, member.name, this.on);
      conversation.isJoined = this.connection.state === "online";
      this.privates.set(member.id, conversation);
      this.on.conversationsChanged();
    }
    return conversation;
  }

  closePrivate(conversation) {
    this.privates.delete(conversation.id);
    this.on.conversationsChanged();
  }

  say(conversation, text) {
    this.outbox.add({text}, conversation);
  }

  typing(room, isTyping) {
    if (this.hasTyping && room.isJoined)
      this.connection.send({type: "typing", room: room.id, typing: isTyping});
  }

  // Chooses a name, now or for the next hello.
  rename(name) {
    this.identity.name = name;
    if (!this.me) return this.#ask(this.#helloMessage());
    if (name !== this.me.name) return this.#ask({type: "name", name});
    this.#joinRooms();
  }

  // Is the connection still there? What finds out.
  #probe() {
    const room = [...this.rooms.values()].find((one) => one.isJoined);
    return room && {type: "who", room: room.id};
  }

  #ask(message) {
    return this.connection.ask(message);
  }

  #helloMessage() {
    const hello = {type: "hello", token: this.identity.token};
    if (this.identity.name) hello.name = this.identity.name;
    if (this.privatePosition) hello.since = this.privatePosition;
    return hello;
  }

  #joinMessage(room) {
    const join = {type: "join", room: room.id};
    if (room.position) join.since = room.position;
    return join;
  }

  #joinRooms() {
    for (const room of this.rooms.values()) if (!room.isJoined) this.#ask(this.#joinMessage(room));
  }

  #sendItem({lane: conversation, message: {text}, id}) {
    if (!conversation.isJoined) return false;
    const message = conversation.kind === "room" ? {type: "say", room: conversation.id}
                                                 : {type: "private", to: conversation.id};
    return this.#ask({...message, text, client_id: id});
  }

  #stateChanged({state, waitMs, code, reason}) {
    if (state === "waiting" || state === "closed") {
      this.me = null;
      for (const one of [...this.rooms.values(), ...this.privates.values()]) one.connectionLost();
      this.outbox.connectionLost();
    }
    this.on.stateChanged(state, {waitMs, code, reason});
  }

  #room(name) {
    let room = this.rooms.get(name);
    if (!room) {
      room = new Conversation("room", name, name, this.on);
      this.rooms.set(name, room);
      this.on.conversationsChanged();
    }
    return room;
  }

  #receive(message) {
    switch (message.type) {
      case "welcome": return this.#welcome(message);
      case "joined": return this.#joined(message);
      case "message": return this.#live(message);
      case "gap": return this.#gap(message.room);
      case "private": return this.#privateIn(message, true);
      case "presence": return this.#presence(message);
      case "members": return this.rooms.get(message.room)?.setMembers(message.members, message.count);
      case "typing": return this.#typing(message);
      case "renamed": return this.#renamed(message.you);
      case "error": return this.#error(message);
    }
  }

  #welcome(welcome) {
    this.me = welcome.you;
    this.welcomedAt = Date.now();
    this.limits = welcome.limits;
    this.outbox.setRate(welcome.limits.rate, welcome.limits.burst);
    this.hasTyping = welcome.typing;
    this.hasPrivate = welcome.private !== undefined;
    this.on.welcomed(welcome);
    if (this.rooms.size === 0) this.#room(welcome.room);
    if (this.hasPrivate) this.#privatesBack(welcome.private);
    this.#joinRooms();
  }

  #privatesBack({messages, position, recovered}) {
    if (recovered !== true) {
      this.privatePosition = null;
      for (const conversation of this.privates.values()) this.on.cleared(conversation);
    }
    for (const message of messages) this.#privateIn(message, recovered === true);
    this.privatePosition = position;
    for (const conversation of this.privates.values()) {
      conversation.isJoined = true;
      this.outbox.settle(conversation, recovered === true);
    }
    this.outbox.flush();
  }

  #joined({room: name, members, count, messages, position, recovered}) {
    const room = this.rooms.get(name);
    if (!room) return;
    const wasHere = room.position !== null;
    if (recovered !== true) {
      room.position = null;
      this.on.cleared(room, wasHere);
    }
    for (const message of messages) this.#messageIn(room, message, recovered === true);
    room.position = position;
    room.isJoined = true;
    room.setMembers(members, count);
    this.on.joined(room);
    if (room.gap?.close()) {
      const {held} = room.gap;
      room.endGap();
      for (const message of held) this.#messageIn(room, message, true);
      if (recovered !== true) this.outbox.doubt(room);
    }
    this.outbox.settle(room, recovered === true);
  }

  #live(message) {
    const room = this.rooms.get(message.room);
    if (room?.gap) room.gap.held.push(message);
    else this.#messageIn(room, message, true);
  }

  // The server lost something on its way to us. No room: it was private.
  #gap(name) {
    if (name === undefined) return this.connection.comeBack();
    const room = this.rooms.get(name);
    if (room?.gap) room.gap.widen();
    else if (room) room.gap = new Gap(() => room.isJoined && this.#ask(this.#joinMessage(room)));
  }

  // `isNew`: its reader has not seen it, though it may be older than a moment.
  #messageIn(room, message, isNew) {
    if (!room || !isAfter(message.position, room.position)) return;
    room.position = message.position;
    room.stopTyping(message.from.id);
    this.#show(room, message, isNew);
  }

  #privateIn(message, isNew) {
    if (!isAfter(message.position, this.privatePosition)) return;
    this.privatePosition = message.position;
    const other = message.from.id === this.me.id ? message.to : message.from;
    const conversation = this.talkTo(other);
    conversation.name = other.name;
    this.#show(conversation, message, isNew);
  }

  #show(conversation, message, isNew) {
    const isMine = message.from.id === this.me.id;
    if (isMine && message.client_id) this.outbox.confirm(message.client_id);
    this.on.message(conversation, message, isMine, isNew);
  }

  #presence({room: name, member, change}) {
    const room = this.rooms.get(name);
    if (!room?.isJoined) return;  // "joined" will list everybody
    if (change === "left") room.left(member);
    else room.arrived(member);
  }

  #typing({room: name, member, typing}) {
    const room = this.rooms.get(name);
    if (!room || member.id === this.me?.id) return;
    if (typing) room.startTyping(member);
    else room.stopTyping(member.id);
  }

  #renamed(you) {
    this.me = you;
    this.on.meChanged(you);
    this.#joinRooms();  // some may have refused the old name
  }

  #error(error) {
    const again = error.code === "rate_limited" || error.code === "try_again";
    if (error.client_id) {
      // After a restart of the server all come back, but not at once.
      const isEarly = error.code === "unreachable" && Date.now() - this.welcomedAt < kComingBackMs;
      const wait = again ? error.retry_after_ms ?? 1000 : isEarly ? 2000 : null;
      return this.outbox.refuse(error.client_id, error.message, wait, again);
    }
    const room = this.rooms.get(error.room);
    if (again && room && !room.isJoined)
      return setTimeout(() => this.#joinRooms(), error.retry_after_ms ?? 1000);
    if (again && room?.gap?.isAsking) return room.gap.wait(error.retry_after_ms);
    const aboutName = error.field === "name" || error.code === "name_taken";
    if (aboutName) {
      if (this.me) this.identity.name = this.me.name;
      return this.on.nameRefused(error, room);
    }
    if (room && !room.isJoined) {
      this.rooms.delete(room.id);
      this.on.conversationsChanged();
      return this.on.roomRefused(error);
    }
    if (error.code === "bad_room") return this.on.roomRefused(error);
  }
}

// Positions are 64-bit numbers in strings. Another epoch comes only after a "joined".
function isAfter(position, last) {
  return !last || position.epoch !== last.epoch || BigInt(position.offset) > BigInt(last.offset);
}
