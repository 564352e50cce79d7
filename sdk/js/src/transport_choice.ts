import type { TransportKind } from "./transport.js";

/** WebSockets that die before a word in a row, until something in between is to blame. */
const silent_deaths_max = 3;

/**
 * Which transport the next attempt uses. WebSocket, until it seems to be blocked; then the two
 * in turn, until one works. A stream that worked is kept, for the way to a blocked WebSocket is
 * long, until there is a reason to begin anew: another network, or a WebSocket that got through.
 */
export class TransportChoice {
  private silent_deaths_ = 0;
  private last_: TransportKind | undefined;
  private last_worked_ = false;

  constructor(private readonly allowed_: readonly TransportKind[]) {}

  allows(kind: TransportKind): boolean {
    return this.allowed_.includes(kind);
  }

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

  begin_anew(): void {
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
