// Parts that the bell and the page have in common.

import {element} from "./dom.js";

const kSaidMs = 10000;

// What arrives is read out by a screen reader; it shows nothing.
export function announcer(source) {
  const box = element("div", {id: "announcer", class: "for-readers", "aria-live": "polite"});
  source.addEventListener("arrived", ({item: {title, text}}) => {
    const line = element("p", {}, text ? `${title}. ${text}` : title);
    box.append(line);
    setTimeout(() => line.remove(), kSaidMs);
  });
  return box;
}

export function markAllButton(source) {
  const button = element("button", {
    id: "read-all", type: "button", class: "quiet small", onclick: () => source.markAllRead(),
  }, "Mark all read");
  const update = () => { button.disabled = source.unread === 0 && source.items.every(({read}) => read); };
  source.addEventListener("change", update);
  update();
  return button;
}

// How the connection is, while it is not well, and a button for the impatient.
export function stateLine(source) {
  const text = element("span", {role: "status"});
  const retry = element("button", {
    id: "retry", type: "button", class: "quiet small", onclick: () => source.client.retryNow(),
  }, "Try now");
  const dot = element("span", {class: "dot", "aria-hidden": "true"});
  const line = element("p", {id: "state", class: "state"}, dot, text, retry);
  const update = ({state, reason}) => {
    line.dataset.state = state;
    text.textContent = {connecting: "Connecting", online: "", waiting: "Connection lost, trying again soon",
                        closed: `Disconnected${reason ? `: ${reason}` : ""}`}[state];
    retry.hidden = state !== "waiting" && state !== "closed";
    line.hidden = state === "online";
  };
  source.addEventListener("state", update);
  update({state: source.state});
  return line;
}

export function refusalLine(source) {
  const line = element("p", {id: "refusal", class: "refusal", role: "alert", hidden: true});
  source.addEventListener("refused", ({error}) => {
    line.textContent = error.text;
    line.hidden = false;
  });
  return line;
}

// Turns the browser's own notifications on and off; is not there where the browser has none.
export function desktopButton(desktop) {
  const button = element("button", {
    id: "desktop", type: "button", class: "quiet small switch", role: "switch",
    onclick: () => desktop.toggle(),
  }, "Show on the desktop");
  const update = () => {
    const {state} = desktop;
    button.hidden = state === "unsupported";
    button.disabled = state === "denied";
    button.title = state === "denied" ? "Your browser does not let this site show notifications" : "";
    button.setAttribute("aria-checked", String(state === "on"));
  };
  desktop.addEventListener("change", update);
  update();
  return button;
}
