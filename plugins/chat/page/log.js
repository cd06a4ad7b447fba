// What was said, as elements: one list for each conversation, of which one is shown. Everything
// that came from somebody goes in as text.

const kMostItems = 500;
const kSameBreathMs = 5 * 60 * 1000;
const kNearPixels = 40;  // so close to the end still counts as the end

// element("p", {class: "text", dir: "auto"}, "Hello", other): a text is always text.
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A name, whatever its writing direction, with a mark for guests whom the server does not know.
export function nameOf(member) {
  return element("bdi", {class: "name"}, member.name);
}

export function avatarOf(member) {
  let hash = 0;
  for (const unit of member.id) hash = (hash * 31 + unit.codePointAt(0)) >>> 0;
  const first = [...member.name.trim()][0] ?? "?";
  return element("span", {class: `avatar shade${hash % 8}`, "aria-hidden": "true"},
                 first.toUpperCase());
}

const clock = new Intl.DateTimeFormat(undefined, {timeStyle: "short"});
const calendar = new Intl.DateTimeFormat(undefined, {dateStyle: "full"});

export class Log {
  // `box` scrolls; `newest` is the button that leads to its end.
  constructor(box, newest) {
    this.box = box;
    this.newest = newest;
    this.lists = new Map();  // conversation -> {list, lastFrom, lastTime, lastDay}
    this.shown = null;
    newest.onclick = () => this.toEnd();
    box.onscroll = () => { if (this.#isAtEnd()) newest.hidden = true; };
    new ResizeObserver(() => { if (this.sticks) this.toEnd(); }).observe(box);
  }

  show(conversation) {
    this.shown = conversation;
    this.box.replaceChildren(this.#of(conversation).list);
    this.toEnd();
  }

  forget(conversation) {
    this.lists.delete(conversation);
  }

  // Empties it; what waits to be sent stays.
  clear(conversation) {
    const entry = this.#of(conversation);
    for (const item of [...entry.list.children]) if (!item.dataset.clientId) item.remove();
    entry.lastFrom = entry.lastTime = entry.lastDay = null;
  }

  addMessage(conversation, message, isMine) {
    const entry = this.#of(conversation);
    const time = new Date(message.time);
    this.#addDay(conversation, entry, time);
    const goesOn = entry.lastFrom === message.from.id && message.time - entry.lastTime < kSameBreathMs;
    entry.lastFrom = message.from.id;
    entry.lastTime = message.time;
    const item = element("li", {class: `message${isMine ? " mine" : ""}${goesOn ? " goes-on" : ""}`});
    item.append(avatarOf(message.from), this.#head(message.from, time),
                element("p", {class: "text", dir: "auto"}, message.text));
    this.#insert(conversation, item, isMine);
  }

  // A line between the messages: somebody came, something is missing.
  addNote(conversation, ...content) {
    const entry = this.#of(conversation);
    entry.lastFrom = null;
    this.#insert(conversation, element("li", {class: "note"}, element("p", {}, ...content)), false);
  }

  // A message that waits to be sent, or what became of it. `actions`: [label, function]...
  setPending(conversation, {id, message: {text}, state, why}, actions) {
    const {list} = this.#of(conversation);
    let item = [...list.children].find((one) => one.dataset.clientId === id);
    if (state === "gone") return item?.remove();
    if (!item) {
      item = element("li", {class: "message mine pending", "data-client-id": id},
                     element("p", {class: "text", dir: "auto"}, text),
                     element("p", {class: "fate"}));
      list.append(item);
      this.sticks = true;
    }
    item.dataset.state = state;
    const words = {waiting: "Waiting to be sent", sending: "Sending", lost: "Waiting to be sent",
                   unsure: "Something was lost while this was sent. It may have arrived.", refused: why}[state];
    item.lastChild.replaceChildren(words, ...actions.map(([label, act]) => {
      const button = element("button", {type: "button", class: "small"}, label);
      button.onclick = act;
      return button;
    }));
    if (conversation === this.shown && this.sticks) this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.newest.hidden = true;
    this.sticks = true;
  }

  #of(conversation) {
    let entry = this.lists.get(conversation);
    if (!entry) {
      entry = {list: element("ol", {class: "messages"}), lastFrom: null, lastTime: null, lastDay: null};
      this.lists.set(conversation, entry);
    }
    return entry;
  }

  #head(member, time) {
    const head = element("p", {class: "head"}, nameOf(member));
    if (member.guest) head.append(" ", element("span", {class: "badge"}, "guest"));
    head.append(" ", element("time", {datetime: time.toISOString(), title: time.toLocaleString()},
                             clock.format(time)));
    return head;
  }

  #addDay(conversation, entry, time) {
    const day = time.toDateString();
    if (entry.lastDay === day) return;
    const isFirstAndToday = entry.lastDay === null && day === new Date().toDateString();
    entry.lastDay = day;
    if (!isFirstAndToday) this.addNote(conversation, calendar.format(time));
  }

  // Before what waits to be sent, which is the newest of all.
  #insert(conversation, item, follows) {
    const {list} = this.#of(conversation);
    const isShown = conversation === this.shown;
    const wasAtEnd = isShown && this.#isAtEnd();
    const waiting = [...list.children].find((one) => one.dataset.clientId);
    list.insertBefore(item, waiting ?? null);
    while (list.children.length > kMostItems) list.firstChild.remove();
    if (!isShown) return;
    if (wasAtEnd || follows) this.toEnd();
    else if (item.classList.contains("message")) this.newest.hidden = false;
  }

  #isAtEnd() {
    this.sticks = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < kNearPixels;
    return this.sticks;
  }
}
