// Types of @mod-websocket/client/notifications; the protocol is in plugins/notifications/README.md.

import {Options, State, StateEvent, WebSocketClient} from "./index.js";

export interface Notification {
  id: string;
  /** Null: the user's own. */
  topic: string | null;
  level: "info" | "success" | "warning" | "error";
  title: string;
  text?: string;
  link?: string;
  icon?: string;
  key?: string;
  /** Milliseconds since 1970. */
  time: number;
  expires?: number;
  read: boolean;
}

export interface Topic {
  name: string;
  following: boolean;
}

interface EventsOfNotifications {
  /** Anything is another now: draw it anew. */
  change: Event;
  /** A new one, unread. */
  arrived: Event & {item: Notification};
  removed: Event & {ids: string[]};
  refused: Event & {error: {code: string; text: string; of?: string}};
  state: StateEvent;
}

export class Notifications extends EventTarget {
  /** url: "/ws/notifications". `shared` is on; best give the user's name. */
  constructor(url?: string | URL, options?: Pick<Options, "token" | "shared" | "WebSocket">);
  /** Newest first. */
  readonly items: readonly Notification[];
  /** For the badge; may be more than there are in `items`. */
  readonly unread: number;
  readonly topics: readonly Topic[];
  /** Null: a guest. */
  readonly you: {user: string; name: string} | null;
  readonly state: State;
  readonly client: WebSocketClient;
  open(): this;
  close(): void;
  /** At once here, and as soon as there is a connection in all of the user's tabs. */
  markRead(...ids: string[]): void;
  /** Also those that were not sent to us. */
  markAllRead(): void;
  follow(topic: string): void;
  unfollow(topic: string): void;

  addEventListener<Type extends keyof EventsOfNotifications>(
    type: Type, listener: (event: EventsOfNotifications[Type]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(
    type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}
