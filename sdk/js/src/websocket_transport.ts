import { RiverError, local_error } from "./error.js";
import { parse_message, type ClientMessage } from "./messages.js";
import { CuttableListener, type Transport, type TransportListener } from "./transport.js";

/** The part of the browsers' WebSocket that is used; `ws` and `undici` have it too. */
export interface WebSocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** Node 20 has no WebSocket of its own, so there the application's `ws` or `undici` is used. */
async function find_websocket(): Promise<WebSocketConstructor> {
  const own = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (own) return own;
  for (const name of ["ws", "undici"]) {
    try {
      // The name is a variable so that bundlers do not look for the package.
      const found = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
      const constructor = found.WebSocket ?? found.default?.WebSocket ?? found.default;
      if (constructor) return constructor;
    } catch {
      // Not installed: the next one.
    }
  }
  throw local_error(
    "no_websocket",
    "this JavaScript has no WebSocket: run `npm install ws`, or pass one as `options.WebSocket`",
  );
}

/** One WebSocket; text messages, JSON inside. */
export class WebSocketTransport implements Transport {
  readonly kind = "websocket";
  private readonly listener_: CuttableListener;
  private socket_: WebSocketLike | undefined;

  constructor(
    url: string,
    constructor: WebSocketConstructor | undefined,
    listener: TransportListener,
  ) {
    this.listener_ = new CuttableListener(listener);
    const found = constructor ? Promise.resolve(constructor) : find_websocket();
    found.then((found_constructor) => this.open_(url, found_constructor)).catch((error) => {
      this.listener_.unusable(
        error instanceof RiverError ? error : local_error("no_websocket", String(error)),
      );
    });
  }

  send(message: ClientMessage): void {
    this.socket_?.send(JSON.stringify(message));
  }

  close(): void {
    this.listener_.cut();
    this.socket_?.close(1000);
  }

  private open_(url: string, constructor: WebSocketConstructor): void {
    if (this.listener_.is_cut) return;
    const socket = new constructor(url);
    this.socket_ = socket;
    socket.onopen = () => {
      // From now on the close event follows and says what there is to say.
      socket.onerror = () => {};
      this.listener_.opened();
    };
    socket.onmessage = (event) => {
      const message = parse_message(String(event.data));
      if (message) this.listener_.received(message);
    };
    // The close event follows at once, except in Node 22, where none does.
    socket.onerror = () => {
      setTimeout(() => this.listener_.closed({ code: 1006, reason: "" }));
    };
    socket.onclose = (event) => {
      this.listener_.closed({ code: event.code || 1006, reason: event.reason || "" });
    };
  }
}
