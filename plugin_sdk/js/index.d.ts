// Types of @mod-websocket/client.

export type State =
  | "connecting"
  | "online"    // the server took us in
  | "waiting"   // for the next try
  | "closed";   // not opened, or the server's answer is final, or close()

export interface Options {
  /** Subprotocols to offer, the best first. */
  protocols?: string | string[];
  /**
   * Gets the token (JWT) for WebSocketToken; asked before each connection. `refused`: the last one may
   * be why it ended; get a new one. Null: connect without. A rejection counts as a failed try.
   */
  token?(refused: boolean): string | null | undefined | Promise<string | null | undefined>;
  /** The type of the message that takes a newer token: `{type, token}`. Without it 4401 ends a
   * connection whose token expired, and the next one begins with a new token. */
  renew?: string;
  /**
   * One connection for all tabs of this site, where the browser has SharedWorker. A string: only for
   * those that say the same, best the name of the user.
   */
  shared?: boolean | string;
  /** The first message on each connection. An object gets the last position as `since`; not shared, it
   * may be a function of that position. */
  hello?: object | ((position: unknown) => object | null | undefined);
  /** The type of the message by which the server takes us in. Without it an open connection is enough. */
  ready?: string;
  /** A message that the server answers: sent to find out whether the connection is still there. */
  probe?: object | (() => object | null | undefined);
  /** Where positions are of several channels: the field that says of which. `positions` then has all
   * of them, once what was missed has come. Without it the last `position` counts. */
  positionOf?: string;
  /** False: what comes is handed over as it is (string, ArrayBuffer). */
  json?: boolean;
  /** How many messages post() keeps; 100. */
  outboxLimit?: number;
  /** The class to use instead of globalThis.WebSocket (Node before 22: that of the package `ws`). Not shared. */
  WebSocket?: new (url: string, protocols?: string[]) => unknown;
}

export interface MessageEventOfClient<Message = any> extends Event {
  data: Message;
  /** Other tabs had it before this one was there. */
  isOld: boolean;
}

export interface StateEvent extends Event {
  state: State;
  /** Of "waiting": until the next try. */
  waitMs?: number;
  /** Of "waiting" and "closed": the close code and its reason. */
  code?: number;
  reason?: string;
}

export interface OutboxEvent extends Event {
  item: OutboxItem;
}

interface EventsOfClient {
  message: MessageEventOfClient;
  state: StateEvent;
  outbox: OutboxEvent;
}

export class WebSocketClient extends EventTarget {
  constructor(url: string | URL, options?: Options);
  readonly state: State;
  readonly outbox: Outbox;
  open(): this;
  /** For good, or until open(). Other tabs keep the shared connection. */
  close(code?: number, reason?: string): void;
  /** False: not sent, there is no connection. An object goes as JSON, the rest as it is. */
  send(data: object | string | ArrayBuffer | ArrayBufferView): boolean;
  /** As send(), of what the server answers: after 10 s of silence the connection is given up. */
  ask(data: object | string): boolean;
  /** Sent now or later, in order, until a message with its `client_id` comes back. The id; null: full. */
  post(message: object): string | null;
  /** Does not wait for the next try; opens one that was closed for good. */
  retryNow(): void;
  /** What came over this connection is not whole: begins anew, soon, from there (null: from nothing). */
  comeBack(since?: unknown): void;
  /** Is it still there? Asks `probe`, or tries at once. */
  nudge(): void;

  addEventListener<Type extends keyof EventsOfClient>(
    type: Type, listener: (event: EventsOfClient[Type]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(
    type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

export interface OutboxItem<Message = any, Lane = any> {
  readonly id: string;
  readonly message: Message;
  readonly lane: Lane | null;
  readonly state: "waiting" | "sending" | "lost" | "unsure" | "refused" | "gone";
  /** Of "unsure" and "refused": for a person. */
  readonly why: string;
}

export class Outbox<Message = any, Lane = any> {
  constructor(
    send: (item: OutboxItem<Message, Lane>) => boolean, changed: (item: OutboxItem<Message, Lane>) => void, limit?: number);
  readonly items: readonly OutboxItem<Message, Lane>[];
  setRate(perSecond: number, burst: number): void;
  add(message: Message, lane?: Lane | null): OutboxItem<Message, Lane> | null;
  flush(): void;
  confirm(id: string): boolean;
  refuse(id: string, why: string, againInMs?: number | null, all?: boolean): void;
  connectionLost(): void;
  doubt(lane: Lane): void;
  settle(lane?: Lane | null, complete?: boolean): void;
  sendAgain(id: string): void;
  remove(id: string): void;
}

/** 128 random bits in hexadecimal. */
export function randomId(): string;
