// Notifications of the browser itself, for whoever allowed them: of what arrives while nobody looks at
// the site. All tabs hear of it; one that is looked at tells the others, and the tag makes one of many.

import {imageAddress, safeAddress} from "./link.js";

const kKey = "notifications.desktop";
const kWaitMs = 300;  // for a tab that is looked at
const isLookedAt = () => !document.hidden && document.hasFocus();

function stored() {
  try { return localStorage.getItem(kKey); } catch { return null; }
}

export class Desktop extends EventTarget {
  #source;
  #others = new BroadcastChannel("mod_websocket notifications");
  #seen = new Set();
  #shown = new Map();  // id -> Notification

  constructor(source) {
    super();
    this.#source = source;
    this.#others.onmessage = ({data}) => this.#seen.add(data);
    source.addEventListener("arrived", ({item}) => this.#arrived(item));
    source.addEventListener("removed", ({ids}) => ids.forEach((id) => this.#close(id)));
    source.addEventListener("change", () => {
      for (const {id, read} of source.items) if (read) this.#close(id);
    });
    addEventListener("storage", ({key}) => key === kKey && this.dispatchEvent(new Event("change")));
  }

  // "unsupported", "denied" (by the visitor, in the browser), "off", "on".
  get state() {
    if (!("Notification" in globalThis) || !isSecureContext) return "unsupported";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && stored() === "on" ? "on" : "off";
  }

  // At a click only: the browser may ask the visitor.
  async toggle() {
    const wanted = this.state === "on" ? "off" : "on";
    if (wanted === "on" && Notification.permission !== "granted") await Notification.requestPermission();
    try { localStorage.setItem(kKey, wanted); } catch { /* forgotten */ }
    this.dispatchEvent(new Event("change"));
  }

  #arrived(item) {
    if (isLookedAt()) return this.#others.postMessage(item.id);
    if (this.state !== "on") return;
    setTimeout(() => {
      if (this.#seen.delete(item.id) || item.read) return;
      this.#show(item);
    }, kWaitMs);
  }

  #show({id, title, text, link, icon}) {
    let shown;
    try {
      const image = icon && imageAddress(icon);
      const options = {body: text, tag: `mod_websocket ${id}`, ...(image ? {icon: image.href} : {})};
      shown = new Notification(title, options);
    } catch {
      return;  // a phone's browser shows them from service workers only
    }
    this.#shown.set(id, shown);
    shown.onclose = () => this.#shown.delete(id);
    shown.onclick = () => {
      window.focus();
      this.#source.markRead(id);
      const address = link && safeAddress(link);
      if (address) location.assign(address);
    };
  }

  #close(id) {
    this.#shown.get(id)?.close();
    this.#shown.delete(id);
  }
}
