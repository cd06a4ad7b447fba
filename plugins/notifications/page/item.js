// One notification as an element, which can be brought up to date.

import {element, icon} from "./dom.js";
import {imageAddress, safeAddress} from "./link.js";

const kLevels = {info: "Information", success: "Success", warning: "Warning", error: "Error"};
const kUnits = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400],
                ["hour", 3600], ["minute", 60]];  // in seconds

export class Item {
  // read(id): its reader has seen it.
  constructor(notification, read) {
    this.notification = notification;
    const {id, level, topic, title, text, link} = notification;
    const seen = () => read(id);
    const address = link === undefined ? null : safeAddress(link);
    this.title = address
        ? element("a", {class: "title", href: address.href, dir: "auto", onclick: seen, ...away(address)}, title)
        : element("span", {class: "title", dir: "auto"}, title);
    this.time = element("time", {datetime: new Date(notification.time).toISOString(),
                                 title: new Date(notification.time).toLocaleString()});
    this.mark = element("button", {type: "button", class: "mark", title: "Mark as read",
                                   "aria-label": `Mark as read: ${title}`, onclick: seen}, icon("check"));
    this.state = element("span", {class: "for-readers"});
    const about = element("p", {class: "about"}, this.time);
    if (topic !== null) about.append(" \u00B7 ", element("bdi", {class: "topic"}, topic));
    const shownLevel = Object.hasOwn(kLevels, level) ? level : "info";
    const levelForReaders = element("span", {class: "for-readers"}, `${kLevels[shownLevel]}: `);
    const body = element("div", {class: "body"},
                         element("p", {class: "head"}, this.state, levelForReaders, this.title));
    if (text) body.append(element("p", {class: "text", dir: "auto"}, text));
    body.append(about);
    this.element = element("li", {class: "item", "data-id": id, "data-level": shownLevel},
                           picture(notification.icon, shownLevel), body, this.mark);
    this.update();
  }

  update() {
    const {read, time} = this.notification;
    this.element.classList.toggle("unread", !read);
    this.state.textContent = read ? "" : "Unread. ";
    if (read && this.mark.matches(":focus")) this.onFocusLost?.();
    this.mark.hidden = read;
    this.time.textContent = ago(time);
  }
}

// Another site opens in a tab of its own and does not learn where its visitor came from.
function away({origin, protocol}) {
  if (origin === location.origin || protocol === "mailto:") return {};
  return {target: "_blank", rel: "noopener noreferrer"};
}

function picture(image, level) {
  const box = element("span", {class: "picture"}, icon(level));
  const address = image && imageAddress(image);
  if (!address) return box;
  const shown = element("img", {
    src: address.href, alt: "", referrerpolicy: "no-referrer", loading: "lazy",
    onload: () => box.classList.add("has-image"), onerror: () => shown.remove(),
  });
  box.append(shown);
  return box;
}

function ago(time, now = Date.now()) {
  const language = document.documentElement.lang || undefined;
  const words = new Intl.RelativeTimeFormat(language, {numeric: "auto", style: "short"});
  const seconds = Math.max(0, (now - time) / 1000);
  const [unit, length] = kUnits.find(([, one]) => seconds >= one) ?? ["second", Infinity];
  return words.format(-Math.floor(seconds / length) || 0, unit);
}
