// A room, or the private messages with one member: who is in it, who is typing, what was seen.

const kLeaveGraceMs = 4000;  // who comes back so soon did not leave
const kTypingMs = 6000;

export class Conversation {
  // kind: "room" or "private". id: the room's name, or the member's id. listener: see client.js.
  constructor(kind, id, name, listener) {
    this.kind = kind;
    this.id = id;
    this.name = name;
    this.on = listener;
    this.members = new Map();  // of a room: id -> member
    this.notListed = 0;        // and so many more
    this.position = null;      // of the last message seen
    this.isJoined = false;
    this.gap = null;           // of a room: see gap.js
    this.unread = 0;
    this.typing = new Map();   // id -> timer
    this.leaving = new Map();  // id -> timer
  }

  connectionLost() {
    this.isJoined = false;
    this.endGap();
    forget(this.typing);
    forget(this.leaving);
    this.on.typingChanged(this);
  }

  endGap() {
    this.gap?.end();
    this.gap = null;
  }

  setMembers(members, count) {
    forget(this.leaving);
    this.members = new Map(members.map((member) => [member.id, member]));
    this.notListed = count - members.length;
    this.on.membersChanged(this);
  }

  arrived(member) {
    clearTimeout(this.leaving.get(member.id));
    this.leaving.delete(member.id);
    const before = this.members.get(member.id);
    this.members.set(member.id, member);
    this.on.membersChanged(this);
    if (!before) this.on.notice(this, "joined", member);
    else if (before.name !== member.name) this.on.notice(this, "renamed", member, before);
  }

  left({id}) {
    const member = this.members.get(id);
    if (!member || this.leaving.has(id)) return;
    this.stopTyping(id);
    this.leaving.set(id, setTimeout(() => {
      this.leaving.delete(id);
      this.members.delete(id);
      this.on.membersChanged(this);
      this.on.notice(this, "left", member);
    }, kLeaveGraceMs));
  }

  startTyping(member) {
    clearTimeout(this.typing.get(member.id));
    this.members.set(member.id, member);
    this.typing.set(member.id, setTimeout(() => this.stopTyping(member.id), kTypingMs));
    this.on.typingChanged(this);
  }

  stopTyping(id) {
    clearTimeout(this.typing.get(id));
    if (this.typing.delete(id)) this.on.typingChanged(this);
  }
}

function forget(timers) {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}
