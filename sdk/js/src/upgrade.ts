import { Timer, type Clock } from "./clock.js";
import type { Transport, TransportListener } from "./transport.js";

const delay_ms_base = 10_000;
const delay_ms_max = 600_000;

export interface UpgradePorts {
  clock: Clock;
  random: () => number;
  /** Opens a WebSocket that says nothing. The server speaks first. */
  open(listener: TransportListener): Transport;
  look_ms_max: number;
  found(): void;
}

/**
 * Looks now and then, while a stream has to do, whether a WebSocket gets through. A server that
 * was away looks like a proxy that blocks: without this, half of the clients would stay with
 * streams, which cannot send, after every outage.
 */
export class Upgrade implements TransportListener {
  private readonly timer_: Timer;
  private socket_: Transport | undefined;
  private looks_ = 0;
  private next_at_ms_: number | undefined;

  constructor(private readonly ports_: UpgradePorts) {
    this.timer_ = new Timer(ports_.clock);
  }

  /** Goes on waiting from where `stop` left it: streams are replaced often. */
  start(): void {
    const { clock, random } = this.ports_;
    const delay_ms = Math.min(delay_ms_max, delay_ms_base * 2 ** this.looks_);
    this.next_at_ms_ ??= clock.now_ms() + (delay_ms / 2) * (1 + random());
    this.timer_.set(Math.max(0, this.next_at_ms_ - clock.now_ms()), () => this.look_());
  }

  stop(): void {
    this.timer_.clear();
    this.socket_?.close();
    this.socket_ = undefined;
  }

  /** What was found out so far says nothing about what comes. */
  forget(): void {
    this.looks_ = 0;
    this.next_at_ms_ = undefined;
  }

  // ── From the WebSocket ──

  opened(): void {}

  received(): void {
    this.stop();
    this.ports_.found();
  }

  closed(): void {
    this.stop();
    this.start();
  }

  unusable(): void {
    this.closed();
  }

  private look_(): void {
    this.looks_ += 1;
    this.next_at_ms_ = undefined;
    this.timer_.set(this.ports_.look_ms_max, () => this.closed());
    this.socket_ = this.ports_.open(this);
  }
}
