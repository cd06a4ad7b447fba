// Where the notifications of an element come from: its attributes, and one client for all elements of
// a page that say the same.
//   user    the name of who is signed in, empty for a guest: tabs that say the same share one socket
//   socket  its address; ../ws/notifications as seen from this folder
//   token   an address that answers with a token, for a Location with WebSocketToken

import {Notifications} from "../websocket-client/notifications.js";

const clients = new Map();
const hosts = new Map();  // client -> the elements that are in the page

// For connectedCallback: the element's client, open.
export function join(host) {
  const client = notificationsOf(host);
  if (!hosts.has(client)) hosts.set(client, new Set());
  hosts.get(client).add(host);
  return client.open();
}

// For disconnectedCallback: with the last element the connection ends, unless it is only moved.
export function leave(host, client) {
  queueMicrotask(() => {
    if (host.isConnected) return;
    hosts.get(client).delete(host);
    if (hosts.get(client).size === 0) client.close();
  });
}

// To be asked before join(), where listeners have to be first.
export function notificationsOf(host) {
  const address = host.getAttribute("socket") ?? new URL("../ws/notifications", import.meta.url);
  const socket = new URL(address, document.baseURI);
  const user = host.getAttribute("user");
  const key = JSON.stringify([socket.href, user]);
  if (!clients.has(key)) {
    const tokens = host.getAttribute("token");
    const options = {shared: user !== null && `user ${user}`};
    if (tokens) options.token = () => tokenFrom(new URL(tokens, document.baseURI));
    clients.set(key, new Notifications(socket, options));
  }
  return clients.get(key);
}

async function tokenFrom(address) {
  const answer = await fetch(address, {cache: "no-store"});
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.text()).trim();
}
