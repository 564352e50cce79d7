/** A sequence that looks random and is the same for the same seed (mulberry32). */
export class Random {
  constructor(private state_: number) {}

  /** From 0 to below 1. */
  next(): number {
    this.state_ = (this.state_ + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state_ ^ (this.state_ >>> 15), 1 | this.state_);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
