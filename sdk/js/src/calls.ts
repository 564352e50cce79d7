import { Timer, type Cancel, type Clock } from "./clock.js";
import { RiverError, local_error } from "./error.js";
import type { Answer, Call, ClientMessage, ErrorMessage } from "./messages.js";

export interface CallPorts {
  clock: Clock;
  next_id(): number;
  send(message: ClientMessage): boolean;
  timeout_ms: number;
}

interface PendingCall {
  call: Call;
  resolve(answer: Answer): void;
  reject(error: RiverError): void;
  cancel_timeout: Cancel;
}

function read_only_error(): RiverError {
  return local_error(
    "read_only",
    "WebSockets seem to be blocked here, and over Server-Sent Events a client can only receive: " +
      "let your backend do this over HTTP",
  );
}

/**
 * How many of the calls that have waited are sent at once, and how long until more are. The server
 * takes 100 messages a second: for all at once it would end the connection, and the next one too.
 */
const portion_calls = 50;
const portion_ms = 500;

/** Calls that wait for their answer, or for a connection to be sent on. */
export class Calls {
  private readonly pending_ = new Map<number, PendingCall>();
  /** Those that have waited for the connection, and those that came after them. */
  private waiting_: number[] = [];
  private readonly portion_: Timer;
  private is_ready_ = false;
  private is_read_only_ = false;

  constructor(private readonly ports_: CallPorts) {
    this.portion_ = new Timer(ports_.clock);
  }

  call(call: Call): Promise<Answer> {
    if (this.is_read_only_) return Promise.reject(read_only_error());
    return new Promise((resolve, reject) => {
      const id = this.ports_.next_id();
      const cancel_timeout = this.ports_.clock.after(this.ports_.timeout_ms, () => {
        const why = this.is_ready_ ? "the server did not answer" : "there is no connection";
        this.reject_(id, local_error("timeout", `${call.type} timed out: ${why}`, true));
      });
      this.pending_.set(id, { call, resolve, reject, cancel_timeout });
      if (this.waiting_.length) this.waiting_.push(id);
      else if (this.is_ready_) this.send_(id);
    });
  }

  /** Sends what has waited. */
  connected(is_read_only: boolean): void {
    this.is_read_only_ = is_read_only;
    if (is_read_only) return void this.reject_all(read_only_error());
    this.is_ready_ = true;
    this.waiting_ = [...this.pending_.keys()];
    this.send_portion_();
  }

  /** What was not answered is sent again: a publication's id keeps it from being made twice. */
  lost(): void {
    this.is_ready_ = this.is_read_only_ = false;
    this.waiting_ = [];
    this.portion_.clear();
  }

  /** How many there were. */
  reject_all(error: RiverError): number {
    const ids = [...this.pending_.keys()];
    for (const id of ids) this.reject_(id, error);
    return ids.length;
  }

  /** False if nobody waits for this. */
  answer(message: Answer | ErrorMessage): boolean {
    const pending = message.id === undefined ? undefined : this.pending_.get(message.id);
    if (!pending || message.id === undefined) return false;
    if (message.type === "error") {
      const { code, reason, message: text, retry } = message;
      this.reject_(message.id, new RiverError(code, reason, text, retry));
    } else {
      this.forget_(message.id);
      pending.resolve(message);
    }
    return true;
  }

  private send_portion_(): void {
    for (const id of this.waiting_.splice(0, portion_calls)) this.send_(id);
    if (this.waiting_.length) this.portion_.set(portion_ms, () => this.send_portion_());
  }

  private send_(id: number): void {
    const pending = this.pending_.get(id);
    if (pending) this.ports_.send({ ...pending.call, id });
  }

  private reject_(id: number, error: RiverError): void {
    const pending = this.pending_.get(id);
    this.forget_(id);
    pending?.reject(error);
  }

  private forget_(id: number): void {
    this.pending_.get(id)?.cancel_timeout();
    this.pending_.delete(id);
  }
}
