// <notification-center>: all notifications and the topics, on a page of their own:
//   <script type="module" src="/notifications/center.js"></script>
//   <notification-center user="ann"></notification-center>
// The attributes are those of source.js.

import {Desktop} from "./desktop.js";
import {arrange, element, showIn} from "./dom.js";
import {List} from "./list.js";
import {announcer, desktopButton, markAllButton, refusalLine, stateLine} from "./parts.js";
import {join, leave, notificationsOf} from "./source.js";

const kMostShown = 50;

class NotificationCenter extends HTMLElement {
  #source;
  #list;
  #topics = new Map();  // name -> {row, box}
  #topicList = element("ul", {id: "topics", class: "topics", "aria-labelledby": "topics-head"});
  #filters = [];

  connectedCallback() {
    if (!this.shadowRoot) this.#make();
    join(this);
  }

  disconnectedCallback() {
    leave(this, this.#source);
  }

  #make() {
    this.#source = notificationsOf(this);
    this.#list = new List(this.#source, kMostShown);
    const head = element("header", {}, element("h1", {id: "head"}, "Notifications"), this.#filterGroup(),
                         markAllButton(this.#source));
    const all = element("section", {class: "all", "aria-labelledby": "head"}, head, stateLine(this.#source),
                        this.#list.element);
    const content = element("div", {class: "center"}, all, this.#settings(), announcer(this.#source));
    showIn(this, content, "style.css", "center.css");
    this.#source.addEventListener("change", () => this.#update());
    this.#update();
    this.#list.begin();
  }

  #filterGroup() {
    const filter = (label, id, isOnlyNew) => {
      const button = element("button", {
        id, type: "button", class: "filter", "aria-pressed": String(!isOnlyNew),
      }, label);
      button.onclick = () => {
        for (const one of this.#filters) one.setAttribute("aria-pressed", String(one === button));
        this.#list.begin(isOnlyNew);
      };
      return button;
    };
    this.#filters = [filter("All", "show-all", false), filter("Unread", "show-unread", true)];
    return element("div", {class: "filters", role: "group", "aria-label": "Show"}, ...this.#filters);
  }

  #settings() {
    const name = element("input", {
      id: "topic", name: "topic", maxlength: "64", autocomplete: "off", autocapitalize: "none",
      spellcheck: "false", placeholder: "Another topic", "aria-label": "Name of a topic",
    });
    const form = element("form", {id: "follow"}, name, element("button", {class: "small"}, "Follow"));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (name.value.trim()) this.#source.follow(name.value.trim());
      name.value = "";
    };
    return element("aside", {"aria-labelledby": "topics-head"},
                   element("h2", {id: "topics-head"}, "Topics"), this.#topicList, form, refusalLine(this.#source),
                   element("h2", {}, "This browser"), desktopButton(new Desktop(this.#source)));
  }

  #update() {
    for (const {name, following} of this.#source.topics) this.#topic(name).box.checked = following;
    arrange(this.#topicList, this.#source.topics.map(({name}) => this.#topic(name).row));
    const [, unread] = this.#filters;
    unread.textContent = this.#source.unread ? `Unread (${this.#source.unread})` : "Unread";
    this.dispatchEvent(Object.assign(new Event("unread"), {unread: this.#source.unread}));
  }

  #topic(name) {
    if (!this.#topics.has(name)) {
      const box = element("input", {
        type: "checkbox", role: "switch", class: "switch-box", "data-topic": name,
      });
      box.onchange = () => (box.checked ? this.#source.follow(name) : this.#source.unfollow(name));
      const label = element("label", {}, element("bdi", {}, name), box);
      this.#topics.set(name, {box, row: element("li", {}, label)});
    }
    return this.#topics.get(name);
  }
}

customElements.define("notification-center", NotificationCenter);
