// The list of notifications, unread ones first. What was unread when the reader came stays among the new
// ones while they look, though they have read it: nothing moves away under a finger.

import {arrange, element} from "./dom.js";
import {Item} from "./item.js";

const kMinuteMs = 60000;

export class List {
  #source;
  #items = new Map();  // id -> Item
  #new = new Set();    // ids among the new ones
  #isOnlyNew = false;
  #most;
  #timer;

  // most: how many it shows at once.
  constructor(source, most = Infinity) {
    this.#source = source;
    this.#most = most;
    this.newHead = element("h3", {id: "new-head"}, "New");
    this.newList = element("ul", {class: "items", "aria-labelledby": "new-head"});
    this.oldHead = element("h3", {id: "old-head"}, "Earlier");
    this.oldList = element("ul", {class: "items", "aria-labelledby": "old-head"});
    this.none = element("p", {class: "none"}, "Nothing to tell you yet.");
    this.more = element("button", {
      type: "button", class: "quiet more", onclick: () => this.#showMore(),
    }, "Show more");
    this.element = element("div", {class: "list", tabindex: "-1"},
                           this.newHead, this.newList, this.oldHead, this.oldList, this.none, this.more);
    source.addEventListener("change", () => this.update());
  }

  // The reader comes: from now on it is told apart what is new.
  begin(isOnlyNew = false) {
    this.#isOnlyNew = isOnlyNew;
    this.#new.clear();
    this.update();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.update(), kMinuteMs);
  }

  end() {
    clearInterval(this.#timer);
  }

  update() {
    const {items} = this.#source;
    for (const one of items) if (!one.read) this.#new.add(one.id);
    const isNew = ({id}) => this.#new.has(id);
    const isOld = (one) => !isNew(one);
    const fitting = [...items.filter(isNew), ...(this.#isOnlyNew ? [] : items.filter(isOld))];
    const shown = fitting.slice(0, this.#most);
    const had = this.element.getRootNode().activeElement?.closest?.(".item");
    const place = had && [...this.element.querySelectorAll(".item")].indexOf(had);
    this.#fill(this.newList, this.newHead, shown.filter(isNew));
    this.#fill(this.oldList, this.oldHead, shown.filter(isOld));
    const known = new Set(items.map(({id}) => id));
    for (const id of this.#items.keys()) if (!known.has(id)) this.#items.delete(id);
    this.none.hidden = shown.length > 0;
    this.more.hidden = shown.length === fitting.length;
    if (had && !had.isConnected) this.#focusNear(place);
  }

  #fill(list, head, notifications) {
    head.hidden = list.hidden = notifications.length === 0;
    arrange(list, notifications.map((one) => this.#of(one).element));
  }

  #of(notification) {
    let item = this.#items.get(notification.id);
    if (!item) {
      item = new Item(notification, (id) => this.#source.markRead(id));
      item.onFocusLost = () => this.#focusNear(this.#placeOf(item.element) + 1);
      this.#items.set(notification.id, item);
    }
    item.notification = notification;
    item.update();
    return item;
  }

  #placeOf(wanted) {
    return [...this.element.querySelectorAll(".item")].indexOf(wanted);
  }

  // Who was on a thing that is gone goes on with the one that took its place.
  #focusNear(place) {
    const items = [...this.element.querySelectorAll(".item")];
    const near = items.slice(place).find((one) => one.querySelector(".mark:not([hidden])"));
    (near?.querySelector(".mark") ?? this.element).focus();
  }

  #showMore() {
    const place = this.element.querySelectorAll(".item").length;
    this.#most += 20;
    this.update();
    this.#focusNear(place);
  }
}
