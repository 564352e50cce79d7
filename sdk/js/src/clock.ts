/** Ends a timer or a watch; calling it again does nothing. */
export type Cancel = () => void;

/** Time, as the library sees it. Tests bring their own. */
export interface Clock {
  now_ms(): number;
  after(delay_ms: number, action: () => void): Cancel;
}

/** setTimeout fires at once when given more than this, about 24 days. */
const timeout_ms_max = 2 ** 31 - 1;

/** Wall time and not `performance.now()`, which stands still while some machines sleep. */
export const system_clock: Clock = {
  now_ms: () => Date.now(),
  after(delay_ms, action) {
    const timer = setTimeout(action, Math.min(delay_ms, timeout_ms_max));
    return () => clearTimeout(timer);
  },
};

/** One timer that is set, set anew and cleared. */
export class Timer {
  private cancel_: Cancel | undefined;

  constructor(private readonly clock_: Clock) {}

  get is_set(): boolean {
    return this.cancel_ !== undefined;
  }

  set(delay_ms: number, action: () => void): void {
    this.clear();
    this.cancel_ = this.clock_.after(delay_ms, () => {
      this.cancel_ = undefined;
      action();
    });
  }

  clear(): void {
    this.cancel_?.();
    this.cancel_ = undefined;
  }
}
