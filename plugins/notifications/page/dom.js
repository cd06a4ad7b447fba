// Small helpers for elements. Everything that came from somebody goes in as text.

// element("p", {class: "text", onclick: act, hidden: true}, "Hello", other)
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") || name === "hidden") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const kPaths = {
  bell: "M12 3a6 6 0 0 0-6 6c0 5-2 6-2 8h16c0-2-2-3-2-8a6 6 0 0 0-6-6zM9.5 20a2.5 2.5 0 0 0 5 0",
  check: "M5 12.5l4.5 4.5L19 7.5",
  info: "M12 11v6M12 7.2v.1",
  success: "M7 12.5l3.5 3.5L17 9",
  warning: "M12 6.5v7M12 17v.1",
  error: "M8 8l8 8M16 8l-8 8",
};

// One of the icons above, drawn in the colour of the text; says nothing to a screen reader.
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", kPaths[name]);
  svg.append(path);
  return svg;
}

// Shows the content in a shadow root with these style sheets of this folder: the site's own do not
// reach in. Nothing is seen before they are there.
export function showIn(host, content, ...sheets) {
  const links = sheets.map((sheet) =>
    element("link", {rel: "stylesheet", href: new URL(sheet, import.meta.url).href}));
  content.hidden = true;
  let waiting = links.length;
  for (const link of links) link.onload = link.onerror = () => { content.hidden = --waiting > 0; };
  host.attachShadow({mode: "open"}).append(...links, content);
}

// Puts the children in this order without touching those that are in place: focus stays where it is.
export function arrange(parent, children) {
  for (const one of [...parent.children]) if (!children.includes(one)) one.remove();
  children.forEach((one, at) => {
    if (parent.children[at] !== one) parent.insertBefore(one, parent.children[at] ?? null);
  });
}
