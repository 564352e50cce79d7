import type { TransportKind } from "./transport.js";

/** WebSockets that die before a word in a row, until something in between is to blame. */
const silent_deaths_max = 3;

/**
 * Which transport the next attempt uses. WebSocket, until it seems to be blocked; then the two
 * in turn, until one works. A stream that worked is kept, for the way to a blocked WebSocket is
 * long; another network is a new chance.
 */
export class TransportChoice {
  private silent_deaths_ = 0;
  private last_: TransportKind | undefined;
  private last_worked_ = false;

  constructor(private readonly allowed_: readonly TransportKind[]) {}

  next(has_channels: boolean): TransportKind {
    this.last_ = this.choose_(has_channels);
    this.last_worked_ = false;
    return this.last_;
  }

  /** The server was heard. */
  worked(): void {
    this.last_worked_ = true;
    if (this.last_ === "websocket") this.silent_deaths_ = 0;
  }

  ended(): void {
    if (this.last_ === "websocket" && !this.last_worked_) this.silent_deaths_ += 1;
  }

  network_changed(): void {
    this.silent_deaths_ = 0;
    this.last_ = undefined;
  }

  private choose_(has_channels: boolean): TransportKind {
    const [only] = this.allowed_;
    if (only && this.allowed_.length === 1) return only;
    // A stream of no channel would be refused.
    if (!has_channels || this.silent_deaths_ < silent_deaths_max) return "websocket";
    return this.last_ === "sse" && !this.last_worked_ ? "websocket" : "sse";
  }
}
