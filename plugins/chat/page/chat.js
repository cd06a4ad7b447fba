// The chat page: joins the client (client.js), the messages (log.js), the lists (side.js) and the
// message field (composer.js).

import {randomId} from "../websocket-client/index.js";
import {Client} from "./client.js";
import {Composer} from "./composer.js";
import {Log, nameOf} from "./log.js";
import {Side} from "./side.js";

const kManyHere = 30;  // in larger rooms nobody is told who comes and goes

const byId = (id) => document.getElementById(id);

// Storage may be forbidden or full; the chat then forgets, and works.
const store = (area) => ({
  get(key) { try { return area().getItem(key); } catch { return null; } },
  set(key, value) { try { area().setItem(key, value); } catch { /* forgotten */ } },
});
const lasting = store(() => localStorage), passing = store(() => sessionStorage);

function socketUrl() {
  const url = new URL(document.documentElement.dataset.socket ?? "../ws/chat", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = "";
  return url.href;
}

function roomOfHash() {
  try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
}

function ownToken() {
  const token = lasting.get("chat.token") ?? randomId();
  lasting.set("chat.token", token);
  return token;
}

let shown = null;  // the conversation on the screen
const unseen = () => document.hidden || !document.hasFocus();

const log = new Log(byId("log"), byId("newest"));
const side = new Side({
  show: (conversation) => { show(conversation); side.toggle(false); composer.focus(); },
  leave: leaveConversation,
  talkTo: (member) => { show(client.talkTo(member)); side.toggle(false); composer.focus(); },
});
const client = new Client(socketUrl(), {name: lasting.get("chat.name") ?? "", token: ownToken()}, {
  stateChanged: showState,
  welcomed: (welcome) => {
    showMe(welcome.you);
    byId("name-dialog").close();
  },
  meChanged: (me) => {
    showMe(me);
    byId("name-dialog").close();
    side.showMembers(roomShown(), me, client.hasPrivate);
  },
  nameRefused: (error, room) => askName(client.identity.name && error.message, room),
  conversationsChanged: () => { keepShownValid(); showLists(); },
  roomRefused: (error) => { byId("join-error").textContent = error.message; side.toggle(true); },
  joined: () => { showLists(); byId("join-error").textContent = ""; },
  membersChanged: (room) => { if (room === shown) showMembers(); },
  typingChanged: (room) => { if (room === shown) showTyping(); },
  cleared: (conversation, wasHere) => {
    log.clear(conversation);
    if (wasHere) log.addNote(conversation, "Some of what was said is gone. This is what is still kept.");
  },
  notice: showNotice,
  message: showMessage,
  itemChanged: showPending,
});

const composer = new Composer(client, passing);

function roomShown() {
  return shown?.kind === "room" ? shown : [...client.rooms.values()][0];
}

function show(conversation) {
  shown = conversation;
  byId("place").replaceChildren(conversation.kind === "room" ? "#\u2009" : "@\u2009",
                                Object.assign(document.createElement("bdi"), {textContent: conversation.name}));
  composer.show(conversation);
  log.show(conversation);
  seen();
  if (conversation.kind === "room") history.replaceState(null, "", `#${encodeURIComponent(conversation.id)}`);
  showMembers();
  showTyping();
}

function keepShownValid() {
  const all = [...client.rooms.values(), ...client.privates.values()];
  passing.set("chat.rooms", JSON.stringify([...client.rooms.keys()]));
  if (!all.includes(shown) && all.length > 0) show(all[0]);
}

function leaveConversation(conversation) {
  if (conversation.kind === "private") client.closePrivate(conversation);
  else if (client.rooms.size > 1) client.leave(conversation);
  else return;
  log.forget(conversation);
}

function showLists() {
  side.showConversations([...client.rooms.values()], [...client.privates.values()], shown);
  document.body.classList.toggle("one-room", client.rooms.size < 2);
  const unread = [...client.rooms.values(), ...client.privates.values()]
      .reduce((sum, one) => sum + one.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${shown ? `${shown.name} \u00B7 ` : ""}Chat`;
}

function seen() {
  if (shown) shown.unread = 0;
  showLists();
}

function showMembers() {
  side.showMembers(roomShown(), client.me, client.hasPrivate);
}

function showMe(me) {
  byId("me").hidden = false;
  byId("me").disabled = !me.guest;
  byId("me").setAttribute("aria-label", me.guest ? `You are ${me.name}. Change your name` : `You are ${me.name}`);
  byId("me").replaceChildren(nameOf(me));
  if (me.guest) lasting.set("chat.name", me.name);
}

function showState(state, {waitMs = 0, reason = ""} = {}) {
  byId("state").dataset.state = state;
  byId("state-text").textContent = {
    connecting: "Connecting", online: "Connected", waiting: "Connection lost",
    closed: `Disconnected${reason ? `: ${reason}` : ""}`,
  }[state];
  byId("retry").hidden = state !== "waiting" && state !== "closed";
  countDown(state === "waiting" ? Date.now() + waitMs : 0);
}

let countDownTimer;
function countDown(until) {
  clearTimeout(countDownTimer);
  const seconds = Math.ceil((until - Date.now()) / 1000);
  byId("state-wait").textContent = seconds > 0 ? `trying again in ${seconds} s` : "";
  if (seconds > 0) countDownTimer = setTimeout(() => countDown(until), 500);
}

function showMessage(conversation, message, isMine, isNew) {
  log.addMessage(conversation, message, isMine);
  if (isMine || !isNew) return;
  if (conversation !== shown || unseen()) {
    conversation.unread++;
    showLists();
  }
  if (conversation === shown || conversation.kind === "private")
    announce(`${message.from.name}${conversation.kind === "private" ? ", privately" : ""}: ${message.text}`);
}

// What is said now is read out; what was said before and one's own words are not.
function announce(text) {
  const line = Object.assign(document.createElement("p"), {textContent: text});
  byId("announcer").append(line);
  setTimeout(() => line.remove(), 10000);
}

function showNotice(room, change, member, before) {
  if (room.members.size > kManyHere) return;
  const words = {joined: " came in", left: " left", renamed: " is the new name of "}[change];
  log.addNote(room, nameOf(member), words, ...(before ? [nameOf(before)] : []));
}

function showPending(item) {
  const mayChoose = item.state === "unsure" || item.state === "refused";
  log.setPending(item.lane, item, mayChoose ? [
    ["Send again", () => client.outbox.sendAgain(item.id)],
    ["Remove", () => client.outbox.remove(item.id)],
  ] : []);
}

function showTyping() {
  const names = [...(shown?.typing.keys() ?? [])].map((id) => shown.members.get(id)).filter(Boolean);
  const line = byId("typing");
  if (names.length === 0) line.replaceChildren();
  else if (names.length === 1) line.replaceChildren(nameOf(names[0]), " is typing\u2026");
  else if (names.length === 2) line.replaceChildren(nameOf(names[0]), " and ", nameOf(names[1]), " are typing\u2026");
  else line.replaceChildren("Several people are typing\u2026");
}

// ---- names and rooms

function askName(why, room) {
  byId("name").value = client.identity.name || (client.me?.name ?? "");
  byId("name-error").textContent = why ? (room ? `${room.name}: ${why}` : why) : "";
  byId("name-cancel").hidden = !client.me || Boolean(why);
  if (!byId("name-dialog").open) byId("name-dialog").showModal();
  byId("name").select();
}

byId("me").onclick = () => askName("");
byId("name-cancel").onclick = () => byId("name-dialog").close();
byId("name-dialog").oncancel = (event) => { if (byId("name-cancel").hidden) event.preventDefault(); };
byId("name-form").onsubmit = (event) => {
  event.preventDefault();  // the server has the last word
  const name = byId("name").value.trim();
  if (!name) return;
  byId("name-error").textContent = "";
  if (client.me && name === client.me.name) byId("name-dialog").close();
  client.rename(name);
};

byId("join").onsubmit = (event) => {
  event.preventDefault();
  const name = byId("room").value.trim();
  byId("join-error").textContent = "";
  if (!name) return;
  byId("room").value = "";
  show(client.join(name));
  side.toggle(false);
};

// ---- the window

byId("retry").onclick = () => client.connection.retryNow();
addEventListener("focus", seen);
addEventListener("storage", (event) => {  // another tab chose a name: we are one member
  if (event.key === "chat.name" && event.newValue && client.me?.guest) client.rename(event.newValue);
});
addEventListener("pagehide", () => composer.keep());
addEventListener("beforeunload", (event) => { if (client.outbox.items.length > 0) event.preventDefault(); });
addEventListener("hashchange", () => {
  const name = roomOfHash();
  if (name && name !== shown?.id) show(client.join(name));
});

const firstRoom = roomOfHash();
client.start(new Set([...JSON.parse(passing.get("chat.rooms") ?? "[]"), ...(firstRoom ? [firstRoom] : [])]));
if (firstRoom) show(client.rooms.get(firstRoom));
