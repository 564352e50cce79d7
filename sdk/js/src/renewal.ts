import { Timer, type Clock } from "./clock.js";
import type { TokenSource } from "./token_source.js";

const margin_s = 60;
const retry_ms = 10_000;

export interface RenewalListener {
  renewed(token: string): void;
  renewal_failed(error: unknown): void;
}

/** Fetches the next token before the present one expires, so that no connection is lost by it. */
export class Renewal {
  private readonly timer_: Timer;
  /** Rises with every stop, so that a token that comes late is known as such. */
  private generation_ = 0;

  constructor(
    clock: Clock,
    private readonly source_: TokenSource,
    private readonly listener_: RenewalListener,
  ) {
    this.timer_ = new Timer(clock);
  }

  start(expires_in_s: number | undefined): void {
    this.stop();
    if (expires_in_s === undefined || !this.source_.is_renewable) return;
    const delay_s = Math.max(1, expires_in_s - margin_s, expires_in_s * 0.8);
    this.timer_.set(delay_s * 1000, () => void this.renew_());
  }

  /** The new token was no good; the old one still holds. */
  retry(): void {
    this.timer_.set(retry_ms, () => void this.renew_());
  }

  stop(): void {
    this.generation_ += 1;
    this.timer_.clear();
  }

  private async renew_(): Promise<void> {
    const generation = this.generation_;
    try {
      const token = await this.source_.fetch();
      if (generation === this.generation_) this.listener_.renewed(token);
    } catch (error) {
      if (generation !== this.generation_) return;
      this.retry();
      this.listener_.renewal_failed(error);
    }
  }
}
