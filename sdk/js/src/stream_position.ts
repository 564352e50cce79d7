import type { Position, SubscribedMessage } from "./messages.js";

/**
 * How far a channel has been delivered to this client.
 *
 *     epoch x7:  … 40 41 42 43 …
 *                      │     └ base: where the server's stream began, or goes on
 *                      └ seen: the last event that was delivered (-1: none of this epoch)
 */
export class StreamPosition {
  private epoch_: string | undefined;
  private seen_ = -1;
  private base_ = -1;

  constructor(since?: Position) {
    this.epoch_ = since?.epoch;
    this.seen_ = since?.offset ?? -1;
  }

  /** From where to resume. */
  get current(): Position | undefined {
    if (this.epoch_ === undefined) return undefined;
    return { epoch: this.epoch_, offset: Math.max(this.seen_, this.base_) };
  }

  /**
   * The server begins the stream, or takes it up again.
   * @returns whether events were missed
   */
  begin(message: SubscribedMessage): boolean {
    const before = this.current;
    const is_same_epoch = before?.epoch === message.epoch;
    const is_same = is_same_epoch && before?.offset === message.offset;
    const is_recovered = message.recovered ?? is_same;
    // The missed events follow, so the position moves only with them.
    if (is_recovered && is_same_epoch) return false;
    this.epoch_ = message.epoch;
    this.seen_ = is_same_epoch ? Math.min(this.seen_, message.offset) : -1;
    // Until the past events were seen they are not delivered: resuming must ask for them.
    this.base_ = message.rewound_to ?? message.offset;
    return before !== undefined && !is_recovered;
  }

  /** False if the event was delivered before. */
  take(offset: number | undefined): boolean {
    if (offset === undefined) return true;
    if (offset <= this.seen_) return false;
    this.seen_ = offset;
    return true;
  }
}
