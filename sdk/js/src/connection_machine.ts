import { backoff_ms, delay_ms_max } from "./backoff.js";
import { Timer, type Cancel, type Clock } from "./clock.js";
import { after_close, back_off_attempts, closing_error, type AfterClose } from "./close_codes.js";
import type { Connection, ConnectionState } from "./connection.js";
import { Emitter } from "./emitter.js";
import { RiverError, local_error, text_of } from "./error.js";
import { Liveness } from "./liveness.js";
import type {
  AuthenticatedMessage,
  ClientMessage,
  ErrorMessage,
  ServerMessage,
} from "./messages.js";
import type { Page, PageListener } from "./page.js";
import { Renewal, type RenewalListener } from "./renewal.js";
import type { TokenSource } from "./token_source.js";
import type { Closing, OpenTransport, Transport, TransportListener, Wanted } from "./transport.js";
import type { TransportChoice } from "./transport_choice.js";
import { Upgrade } from "./upgrade.js";

/** The client whose connection it is. */
export interface ConnectionOwner {
  wanted(): Wanted[];
  next_id(): number;
  /** The transport takes messages from now on, though nobody is authenticated yet. */
  opened(): void;
  connected(): void;
  received(message: ServerMessage): void;
  /** The transport is gone; another follows. */
  lost(): void;
  /** Gives up the calls that wait, one of which ended the connection. False if none waits. */
  forget_calls(error: RiverError): boolean;
  /** The transport is gone; none follows until `connect()`. */
  ended(error: RiverError): void;
}

export interface ConnectionPorts {
  clock: Clock;
  random: () => number;
  page: Page;
  open: OpenTransport;
  token: TokenSource;
  choice: TransportChoice;
  attempt_ms_max: number;
}

/** A connection that has lasted this long was a good one: the next back-off starts anew. */
const stable_ms = 5_000;
const ping_interval_s_default = 25;
/** Several subscribes in one turn are one new stream. */
const reopen_ms = 20;

/**
 * Keeps one connection to the server, and knows when to stop trying.
 * Does no I/O: transports, time, token and page are given to it.
 */
export class ConnectionMachine
  extends Emitter
  implements Connection, TransportListener, PageListener, RenewalListener
{
  state: ConnectionState = "initialized";
  id: string | undefined;
  user: string | undefined;

  private transport_: Transport | undefined;
  private token_ = "";
  private is_open_ = false;
  /** A stream of no channel would be refused. */
  private waits_for_channel_ = false;
  private auth_id_ = 0;
  private attempts_ = 0;
  /** Rises with every attempt and end, so that a token that comes late is known as such. */
  private generation_ = 0;
  private connected_at_ms_ = 0;
  private return_at_ms_: number | undefined;
  /** A retry whose time the server has set is not brought forward. */
  private retry_is_ordered_ = false;
  private unwatch_: Cancel | undefined;
  private readonly retry_: Timer;
  private readonly deadline_: Timer;
  private readonly renewal_: Renewal;
  private readonly reopen_: Timer;
  private readonly liveness_: Liveness;
  private readonly upgrade_: Upgrade;

  constructor(
    private readonly ports_: ConnectionPorts,
    private readonly owner_: ConnectionOwner,
  ) {
    super();
    this.retry_ = new Timer(ports_.clock);
    this.deadline_ = new Timer(ports_.clock);
    this.reopen_ = new Timer(ports_.clock);
    this.renewal_ = new Renewal(ports_.clock, ports_.token, this);
    this.liveness_ = new Liveness(
      ports_.clock,
      () => this.send({ type: "ping" }),
      () => this.drop_({ code: 1006, reason: "the server fell silent" }),
    );
    this.upgrade_ = new Upgrade({
      clock: ports_.clock,
      random: ports_.random,
      open: (listener) => ports_.open("websocket", { token: "", wanted: [] }, listener),
      look_ms_max: ports_.attempt_ms_max,
      found: () => {
        ports_.choice.begin_anew();
        this.replace_();
      },
    });
  }

  connect(): void {
    if (this.state === "connecting" || this.state === "connected") return;
    this.unwatch_ ??= this.ports_.page.watch(this);
    this.attempts_ = 0;
    void this.attempt_();
  }

  disconnect(): void {
    this.end_("disconnected", local_error("disconnected", "the client was disconnected"));
  }

  /** False if nothing can be sent now. */
  send(message: ClientMessage): boolean {
    if (!this.is_open_ || this.is_read_only) return false;
    this.transport_?.send(message);
    return true;
  }

  get is_read_only(): boolean {
    return this.transport_?.kind === "sse";
  }

  /** A stream is told its channels as it opens, so others need another stream. */
  wants_changed(): void {
    if (this.is_read_only || this.waits_for_channel_) {
      this.reopen_.set(reopen_ms, () => this.replace_());
    }
  }

  // ── From the page ──

  /** Browsers err about this, so the network itself is asked. */
  offline(): void {
    if (this.state === "connected") this.liveness_.check(true);
  }

  online(): void {
    this.ports_.choice.begin_anew();
    this.attempts_ = 0;
    this.upgrade_.forget();
    if (this.state === "connected") this.look_for_websocket_();
    this.come_back_(true);
  }

  visible(): void {
    this.come_back_(false);
  }

  /** A check that finds the server gone is followed by an attempt at once. */
  private come_back_(is_other_network: boolean): void {
    if (this.state === "connected") this.liveness_.check(is_other_network);
    if (this.state === "unavailable" && !this.retry_is_ordered_) void this.attempt_();
  }

  /** The browser would keep the connection, unheard, and the others would believe us here. */
  left(): void {
    if (this.state !== "connected" && this.state !== "connecting") return;
    this.transport_?.close();
    this.let_go_();
    this.owner_.lost();
    this.retry_is_ordered_ = false;
    this.change_("unavailable");
  }

  // ── From the transport ──

  opened(): void {
    this.is_open_ = true;
    if (!this.is_read_only) this.authenticate_(this.token_);
    this.owner_.opened();
  }

  received(message: ServerMessage): void {
    this.liveness_.heard();
    this.ports_.choice.worked();
    switch (message.type) {
      case "ping":
        this.send({ type: "pong" });
        break;
      case "welcome":
        this.id = message.connection;
        return;
      case "authenticated":
        return this.authenticated_(message);
      case "reconnect":
        this.return_at_ms_ = this.ports_.clock.now_ms() + message.after_ms;
        this.retry_.set(message.after_ms, () => this.replace_());
        return;
      case "error":
        if (message.id !== undefined && message.id === this.auth_id_) {
          return this.token_refused_(message);
        }
    }
    this.owner_.received(message);
  }

  closed(closing: Closing): void {
    const { clock, choice, token } = this.ports_;
    const lasted_ms = clock.now_ms() - this.connected_at_ms_;
    const was_connected = this.state === "connected";
    // Its request is too long, say: that tells nothing about WebSockets.
    const is_no_stream = this.is_read_only && closing.code === 4400 && choice.allows("websocket");
    if (was_connected && lasted_ms >= stable_ms) this.attempts_ = 0;
    if (this.transport_) choice.ended();
    this.let_go_();
    const error = closing_error(closing.code, closing.reason);
    let then = after_close(closing.code);
    // A call that the server could not take is not sent again, so it is no reason to stay away.
    const is_by_call = [1009, 4400].includes(closing.code) && was_connected;
    if (is_by_call && this.owner_.forget_calls(error)) then = "back_off";
    if (is_no_stream) then = "back_off";
    if (then === "give_up" || (then === "new_token" && !token.is_renewable)) {
      return this.fail_(error);
    }
    this.owner_.lost();
    this.retry_later_(then, closing.after_ms);
    // Another token may be no better: of another secret, say.
    if (is_no_stream || (then === "new_token" && !was_connected)) this.emit("error", error);
  }

  unusable(error: RiverError): void {
    this.fail_(error);
  }

  // ── From the renewal ──

  renewed(token: string): void {
    // A stream says its token as it opens.
    if (this.is_read_only) this.replace_(token);
    else this.authenticate_(token);
  }

  renewal_failed(error: unknown): void {
    this.emit("error", local_error("no_token", `no new token: ${text_of(error)}`, true));
  }

  // ── Attempts ──

  private async attempt_(fresh_token?: string): Promise<void> {
    const generation = ++this.generation_;
    this.retry_.clear();
    this.return_at_ms_ = undefined;
    this.deadline_.set(this.ports_.attempt_ms_max, () =>
      this.drop_({ code: 1006, reason: "no answer in time" }),
    );
    this.change_("connecting");
    try {
      this.token_ = fresh_token ?? (await this.ports_.token.fetch());
    } catch (error) {
      if (generation === this.generation_) this.token_failed_(error);
      return;
    }
    if (generation !== this.generation_) return;
    const wanted = this.owner_.wanted();
    const kind = this.ports_.choice.next(wanted.length > 0);
    this.waits_for_channel_ = kind === "sse" && wanted.length === 0;
    if (this.waits_for_channel_) return this.deadline_.clear();
    this.transport_ = this.ports_.open(kind, { token: this.token_, wanted }, this);
  }

  private retry_later_(then: AfterClose, after_ms: number | undefined): void {
    const { clock, page, random } = this.ports_;
    const return_at_ms = this.return_at_ms_;
    const ordered_ms =
      after_ms ??
      (return_at_ms === undefined ? undefined : Math.max(0, return_at_ms - clock.now_ms()));
    if (then === "back_off") this.attempts_ = Math.max(this.attempts_, back_off_attempts);
    this.retry_is_ordered_ = then === "back_off" || ordered_ms !== undefined;
    // Offline is no reason to count attempts, and none to trust: localhost is there all the same.
    const own_ms = page.is_offline() ? delay_ms_max : backoff_ms(this.attempts_++, random);
    this.retry_.set(ordered_ms ?? own_ms, () => void this.attempt_());
    this.change_("unavailable");
  }

  /** Ends the transport as if the network had. */
  private drop_(closing: Closing): void {
    this.transport_?.close();
    this.closed(closing);
  }

  /** Another transport, at once and without blame. */
  private replace_(fresh_token?: string): void {
    this.transport_?.close();
    this.let_go_();
    this.owner_.lost();
    void this.attempt_(fresh_token);
  }

  private let_go_(): void {
    this.generation_ += 1;
    this.transport_ = undefined;
    this.is_open_ = this.waits_for_channel_ = false;
    this.auth_id_ = 0;
    this.id = undefined;
    for (const timer of [this.retry_, this.deadline_, this.reopen_]) timer.clear();
    this.renewal_.stop();
    this.liveness_.stop();
    this.upgrade_.stop();
  }

  private look_for_websocket_(): void {
    if (!this.is_read_only) this.upgrade_.forget();
    else if (this.ports_.choice.allows("websocket")) this.upgrade_.start();
  }

  private fail_(error: RiverError): void {
    this.end_("failed", error);
    this.emit("error", error);
  }

  private end_(state: ConnectionState, error: RiverError): void {
    this.transport_?.close();
    this.let_go_();
    this.unwatch_?.();
    this.unwatch_ = undefined;
    this.owner_.ended(error);
    this.change_(state);
  }

  private change_(current: ConnectionState): void {
    const previous = this.state;
    if (previous === current) return;
    this.state = current;
    this.emit("state_change", { previous, current });
    this.emit(current, { previous, current });
  }

  // ── Tokens ──

  private authenticate_(token: string): void {
    this.auth_id_ = this.owner_.next_id();
    this.send({ type: "auth", id: this.auth_id_, token });
  }

  private authenticated_(message: AuthenticatedMessage): void {
    this.user = message.user;
    this.renewal_.start(message.expires_in);
    this.liveness_.start(message.ping_interval ?? ping_interval_s_default);
    if (this.state === "connected") return;
    this.deadline_.clear();
    this.connected_at_ms_ = this.ports_.clock.now_ms();
    this.look_for_websocket_();
    this.owner_.connected();
    this.change_("connected");
  }

  private token_refused_(message: ErrorMessage): void {
    if (this.state !== "connected") {
      return this.drop_({ code: message.code, reason: message.message });
    }
    // The old token still holds; if no better one comes in time, the server will say 4401.
    this.renewal_.retry();
    this.emit("error", closing_error(message.code, message.message));
  }

  private token_failed_(error: unknown): void {
    // A function that knows that it will fail again says so by the error's `retry`.
    const is_final = (error as { retry?: boolean } | undefined)?.retry === false;
    const message = `the function given as \`jwt\` failed: ${text_of(error)}`;
    const failure = local_error("no_token", message, !is_final);
    if (is_final) return this.fail_(failure);
    this.drop_({ code: 1006, reason: message });
    this.emit("error", failure);
  }
}
