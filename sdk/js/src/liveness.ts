import { Timer, type Clock } from "./clock.js";

/** How much later than promised the server's ping may come. */
const grace_ms = 10_000;
/** How long an answer to our own ping may take. */
const answer_ms_max = 5_000;

/**
 * Notices a server that is gone without a word: the network of a laptop that was closed ends
 * no connection. The server speaks at least every `ping_interval`, so silence is the sign.
 */
export class Liveness {
  private readonly timer_: Timer;
  private readonly answer_: Timer;
  private heard_at_ms_ = 0;
  private silence_ms_max_ = Infinity;

  constructor(
    private readonly clock_: Clock,
    /** False if the server cannot be asked. */
    private readonly ask_: () => boolean,
    private readonly dead_: () => void,
  ) {
    this.timer_ = new Timer(clock_);
    this.answer_ = new Timer(clock_);
  }

  start(ping_interval_s: number): void {
    this.silence_ms_max_ = ping_interval_s * 1000 + grace_ms;
    this.heard();
    this.watch_();
  }

  stop(): void {
    this.timer_.clear();
    this.answer_.clear();
  }

  /** Called at every message: it must stay cheap, so it moves no timer while none waits. */
  heard(): void {
    this.heard_at_ms_ = this.clock_.now_ms();
    if (this.answer_.is_set) this.answer_.clear();
  }

  /**
   * Asks the server now, for when there is a reason to doubt: the page slept, say. Where it cannot
   * be asked, only a good reason is worth a connection that may be alive.
   */
  check(is_good_reason: boolean): void {
    if (!this.timer_.is_set) return;
    if (this.silence_ms_() >= this.silence_ms_max_) return this.dead_();
    if (this.ask_() || is_good_reason) this.answer_.set(answer_ms_max, this.dead_);
  }

  private silence_ms_(): number {
    return this.clock_.now_ms() - this.heard_at_ms_;
  }

  private watch_(): void {
    // If the clock was set back, what was heard lies in the future.
    this.heard_at_ms_ = Math.min(this.heard_at_ms_, this.clock_.now_ms());
    const left_ms = this.silence_ms_max_ - this.silence_ms_();
    if (left_ms <= 0) return this.dead_();
    this.timer_.set(left_ms, () => this.watch_());
  }
}
