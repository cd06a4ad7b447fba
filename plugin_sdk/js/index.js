// @mod-websocket/client: a WebSocket client for the plugins of mod_websocket.

export {WebSocketClient} from "./client.js";
export {Outbox, randomId} from "./outbox.js";
