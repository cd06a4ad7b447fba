// Where the notifications of an element come from: its attributes, and one client for all elements of
// a page that say the same.
//   user    the name of who is signed in, empty for a guest: tabs that say the same share one socket
//   socket  its address; ../ws/notifications as seen from this folder
//   token   an address that answers with a token, for a Location with WebSocketToken

import {Notifications} from "../websocket-client/notifications.js";

const clients = new Map();

export function notificationsOf(host) {
  const socket = new URL(host.getAttribute("socket") ?? new URL("../ws/notifications", import.meta.url), document.baseURI);
  const user = host.getAttribute("user");
  const key = JSON.stringify([socket.href, user]);
  if (!clients.has(key)) {
    const address = host.getAttribute("token");
    const options = {shared: user !== null && `user ${user}`};
    if (address) options.token = () => tokenFrom(new URL(address, document.baseURI));
    clients.set(key, new Notifications(socket, options));
  }
  return clients.get(key);
}

async function tokenFrom(address) {
  const answer = await fetch(address, {cache: "no-store"});
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.text()).trim();
}
