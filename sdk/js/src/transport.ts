import type { RiverError } from "./error.js";
import type { ClientMessage, Position, ServerMessage } from "./messages.js";

export type TransportKind = "websocket" | "sse";

/** How a connection ended. Failures below the protocol have code 1006, as in browsers. */
export interface Closing {
  code: number;
  reason: string;
  /** When to come back, if the server said so. */
  after_ms?: number;
}

export interface TransportListener {
  opened(): void;
  received(message: ServerMessage): void;
  closed(closing: Closing): void;
  /** This transport can never work here. */
  unusable(error: RiverError): void;
}

/** One connection to the server. After `close()` its listener hears nothing more. */
export interface Transport {
  readonly kind: TransportKind;
  send(message: ClientMessage): void;
  close(): void;
}

/** A channel that is wanted, and from where on. */
export interface Wanted {
  channel: string;
  since: Position | undefined;
}

/** What a transport needs that cannot send: it says all of this as it connects. */
export interface Opening {
  token: string;
  wanted: Wanted[];
}

export type OpenTransport = (
  kind: TransportKind,
  opening: Opening,
  listener: TransportListener,
) => Transport;

/** Passes calls on until it is cut or has heard of the end, as `close()` promises. */
export class CuttableListener implements TransportListener {
  is_cut = false;

  constructor(private readonly listener_: TransportListener) {}

  cut(): void {
    this.is_cut = true;
  }

  opened(): void {
    if (!this.is_cut) this.listener_.opened();
  }

  received(message: ServerMessage): void {
    if (!this.is_cut) this.listener_.received(message);
  }

  closed(closing: Closing): void {
    if (this.is_cut) return;
    this.cut();
    this.listener_.closed(closing);
  }

  unusable(error: RiverError): void {
    if (this.is_cut) return;
    this.cut();
    this.listener_.unusable(error);
  }
}
