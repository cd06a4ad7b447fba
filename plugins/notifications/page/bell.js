// <notification-bell>: a bell with a badge; a click opens the list. For any page of the site:
//   <script type="module" src="/notifications/bell.js"></script>
//   <notification-bell user="ann"></notification-bell>
// The attributes are those of source.js, and `page`: where all notifications are, or "" for nowhere.

import {Desktop} from "./desktop.js";
import {element, icon, showIn} from "./dom.js";
import {List} from "./list.js";
import {announcer, desktopButton, markAllButton, refusalLine, stateLine} from "./parts.js";
import {join, leave, notificationsOf} from "./source.js";

const kMostShown = 20;
const kMostCounted = 99;

class NotificationBell extends HTMLElement {
  #source;
  #button;
  #badge;
  #panel;
  #list;

  connectedCallback() {
    if (!this.shadowRoot) this.#make();
    join(this);
  }

  disconnectedCallback() {
    leave(this, this.#source);
  }

  #make() {
    this.#source = notificationsOf(this);
    this.#badge = element("span", {id: "badge", class: "badge", hidden: true, "aria-hidden": "true"});
    this.#button = element("button", {
      id: "bell", type: "button", class: "bell", "aria-haspopup": "dialog", "aria-expanded": "false",
      "aria-controls": "panel", onclick: () => this.toggle(),
    }, icon("bell"), this.#badge);
    this.#list = new List(this.#source, kMostShown);
    this.#panel = this.#makePanel();
    const place = element("div", {class: "place"}, this.#button, this.#panel, announcer(this.#source));
    showIn(this, place, "style.css", "bell.css");
    this.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("pointerdown", (event) => {
      if (!event.composedPath().includes(this)) this.toggle(false);
    });
    this.addEventListener("focusout", ({relatedTarget}) => {
      if (relatedTarget && !this.contains(relatedTarget)) this.toggle(false);
    });
    this.#source.addEventListener("change", () => this.#count());
    this.#count();
  }

  toggle(isOpen = this.#panel.hidden) {
    if (isOpen !== this.#panel.hidden) return;
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      this.#list.begin();
      this.#panel.focus();
    } else {
      this.#list.end();
    }
  }

  #makePanel() {
    const page = this.getAttribute("page") ?? new URL("./", import.meta.url).href;
    const head = element("header", {}, element("h2", {id: "head"}, "Notifications"), markAllButton(this.#source));
    const foot = element("footer", {}, desktopButton(new Desktop(this.#source)));
    if (page)
      foot.append(element("a", {id: "page", href: new URL(page, document.baseURI).href}, "All notifications"));
    return element("div", {
      id: "panel", class: "panel", role: "dialog", "aria-labelledby": "head", tabindex: "-1", hidden: true,
    }, head, stateLine(this.#source), refusalLine(this.#source), this.#list.element, foot);
  }

  #key(event) {
    if (event.key !== "Escape" || this.#panel.hidden) return;
    event.stopPropagation();
    this.toggle(false);
    this.#button.focus();
  }

  #count() {
    const {unread} = this.#source;
    this.#badge.hidden = unread === 0;
    this.#badge.textContent = unread > kMostCounted ? `${kMostCounted}+` : String(unread);
    this.#button.setAttribute("aria-label", unread ? `Notifications, ${unread} unread` : "Notifications");
  }
}

customElements.define("notification-bell", NotificationBell);
