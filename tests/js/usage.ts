// Uses every part of @mod-websocket/client as its types say; compiled, and run, by package_test.mjs.
import {Outbox, OutboxItem, WebSocketClient, randomId} from "@mod-websocket/client";
import {Notification, Notifications} from "@mod-websocket/client/notifications";

class Socket {
  readyState = 0;
  close() {}
}

const client: WebSocketClient = new WebSocketClient("ws://site.example/", {
  protocols: ["a", "b"], hello: (position) => ({type: "hello", position}), ready: "welcome", renew: "token",
  token: async (refused: boolean) => (refused ? null : "t"), probe: () => null, positionOf: "room",
  json: true, outboxLimit: 3, WebSocket: Socket,
});
client.addEventListener("message", ({data, isOld}) => console.log(data, isOld));
client.addEventListener("state", ({state, waitMs = 0, code, reason}) => console.log(state, waitMs + 1, code, reason));
client.addEventListener("outbox", ({item}) => console.log(item.id, item.state, item.why));
const id: string | null = client.post({type: "say"});
const sent: boolean[] = [client.send("x"), client.ask({}), client.open().send(new Uint8Array(1))];
client.retryNow();
client.nudge();
client.comeBack({});
client.close(1000, "bye");

const outbox = new Outbox<{text: string}, string>((item) => item.message.text === "", () => {}, 10);
outbox.setRate(5, 20);
const item: OutboxItem<{text: string}, string> | null = outbox.add({text: "a"}, "tea");
outbox.settle("tea", true);
outbox.doubt("tea");
outbox.connectionLost();
outbox.flush();
outbox.refuse(item!.id, "no", 5, true);
outbox.sendAgain(item!.id);
outbox.remove(item!.id);
const known: boolean = outbox.confirm(randomId());

const notifications = new Notifications("ws://site.example/ws/notifications", {shared: "ann", WebSocket: Socket});
notifications.addEventListener("arrived", ({item: one}: {item: Notification}) => console.log(one.title, one.level));
notifications.addEventListener("change", () => console.log(notifications.items.length, notifications.you?.name));
notifications.addEventListener("refused", ({error}) => console.log(error.code));
notifications.open().markRead("a", "b");
notifications.markAllRead();
notifications.follow("news");
notifications.unfollow("news");
notifications.close();

// @ts-expect-error: no such state
export const never: boolean = client.state === "gone";
export const all = [id, sent, known, notifications.unread, notifications.topics.map(({name, following}) => [name, following])];
console.log("used");
