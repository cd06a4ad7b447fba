// The lists at the side: rooms, private conversations, who is here.

import {avatarOf, element, nameOf} from "./log.js";

const byId = (id) => document.getElementById(id);

export class Side {
  // on: show(conversation), leave(conversation), talkTo(member).
  constructor(on) {
    this.on = on;
    this.menu = byId("menu");
    this.menu.onclick = () => this.toggle(!document.body.classList.contains("side-open"));
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !document.body.classList.contains("side-open")) return;
      this.toggle(false);
      this.menu.focus();
    });
  }

  toggle(open) {
    document.body.classList.toggle("side-open", open);
    this.menu.setAttribute("aria-expanded", String(open));
  }

  showConversations(rooms, privates, shown) {
    const focused = document.activeElement?.dataset?.key;
    byId("rooms").replaceChildren(...rooms.map((one) => this.#conversation(one, shown)));
    byId("privates").replaceChildren(...privates.map((one) => this.#conversation(one, shown)));
    byId("private-section").hidden = privates.length === 0;
    const unread = [...rooms, ...privates].reduce((sum, one) => sum + one.unread, 0);
    byId("menu-unread").textContent = unread;
    byId("menu-unread").hidden = unread === 0;
    this.#focusAgain(focused);
  }

  showMembers(room, me, canTalk) {
    const members = [...(room?.members.values() ?? [])];
    const names = new Intl.Collator();
    members.sort((a, b) => (b.id === me?.id) - (a.id === me?.id) || names.compare(a.name, b.name));
    const focused = document.activeElement?.dataset?.key;
    byId("members").replaceChildren(...members.map((one) => this.#member(one, me, canTalk)));
    byId("member-count").textContent = members.length ? members.length + (room.notListed ?? 0) : "";
    this.#focusAgain(focused);
  }

  #conversation(one, shown) {
    const button = element("button", {type: "button", class: "entry", "data-key": `${one.kind}:${one.id}`});
    if (one === shown) button.setAttribute("aria-current", "true");
    button.append(element("span", {class: "sign", "aria-hidden": "true"}, one.kind === "room" ? "#" : "@"),
                  element("bdi", {class: "name"}, one.name));
    if (one.unread)
      button.append(element("span", {class: "count"}, String(one.unread),
                            element("span", {class: "for-readers"}, " unread")));
    button.onclick = () => this.on.show(one);
    const leave = element("button", {type: "button", class: "leave",
                                     "aria-label": `${one.kind === "room" ? "Leave" : "Close"} ${one.name}`},
                          "\u00D7");
    leave.onclick = () => this.on.leave(one);
    return element("li", {}, button, leave);
  }

  #member(member, me, canTalk) {
    const isMe = member.id === me?.id;
    const content = [avatarOf(member), nameOf(member)];
    if (isMe) content.push(element("span", {class: "muted"}, "(you)"));
    else if (member.guest) content.push(element("span", {class: "badge"}, "guest"));
    if (isMe || member.simple || !canTalk)
      return element("li", {}, element("span", {class: "entry"}, ...content));
    const button = element("button", {type: "button", class: "entry", "data-key": `member:${member.id}`,
                                      title: "Write privately"}, ...content);
    button.onclick = () => this.on.talkTo(member);
    return element("li", {}, button);
  }

  // The lists are made anew; who was on an entry with the keyboard stays there.
  #focusAgain(key) {
    if (!key) return;
    const entries = [...document.querySelectorAll("#side [data-key]")];
    entries.find((one) => one.dataset.key === key)?.focus();
  }
}
