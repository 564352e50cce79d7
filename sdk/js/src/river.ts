import { check_number, check, given, is_text } from "./checks.js";
import { Calls } from "./calls.js";
import type { Channel } from "./channel.js";
import type { Connection } from "./connection.js";
import { ConnectionMachine } from "./connection_machine.js";
import { RiverError, local_error } from "./error.js";
import { EventStreamTransport } from "./event_stream_transport.js";
import { events_url, websocket_url } from "./host.js";
import type { Answer, Call, Position, ServerMessage } from "./messages.js";
import { settings_of, type RiverOptions, type Settings } from "./options.js";
import type { SubscribeOptions } from "./subscription.js";
import { Subscriptions } from "./subscriptions.js";
import { token_source } from "./token_source.js";
import type { OpenTransport } from "./transport.js";
import { TransportChoice } from "./transport_choice.js";
import { User } from "./user.js";
import { WebSocketTransport } from "./websocket_transport.js";

/**
 * A River client: one connection, any number of channels.
 *
 * ```ts
 * const river = new River({ host: "https://river.example.com", jwt: fetch_token });
 * river.subscribe("dogs").bind("new-post", (post) => show(post));
 * ```
 */
export class River {
  readonly connection: Connection;
  readonly user: User;

  private readonly machine_: ConnectionMachine;
  private readonly subscriptions_: Subscriptions;
  private readonly calls_: Calls;
  private last_id_ = 0;

  constructor(options: RiverOptions) {
    const settings = settings_of(options);
    const { clock, random, page } = settings;
    const next_id = () => ++this.last_id_;
    const machine = new ConnectionMachine(
      {
        clock,
        random,
        page,
        open: settings.open_transport ?? transports(settings),
        token: token_source(settings.jwt),
        choice: new TransportChoice(settings.transports),
        attempt_ms_max: settings.connect_timeout_ms,
      },
      {
        next_id,
        wanted: () => this.subscriptions_.wanted(),
        opened: () => this.subscriptions_.opened(),
        connected: () => this.calls_.connected(machine.is_read_only),
        received: (message) => this.received_(message),
        lost: () => this.lost_(),
        forget_calls: (error) => this.calls_.reject_all(error) > 0,
        ended: (error) => this.ended_(error),
      },
    );
    this.machine_ = this.connection = machine;
    this.user = new User(machine);
    const send = machine.send.bind(machine);
    this.calls_ = new Calls({ clock, next_id, send, timeout_ms: settings.call_timeout_ms });
    this.subscriptions_ = new Subscriptions({
      clock,
      random,
      next_id,
      send,
      call: (call) => this.call_(call),
      wants_changed: () => machine.wants_changed(),
      missed: (gap) => {
        this.channel(gap.channel)?.emit("river:gap", gap, { channel: gap.channel });
        machine.emit("gap", gap, { channel: gap.channel });
      },
    });
    // Not at once, so that callbacks bound in this turn hear of it, and subscribes go along.
    if (settings.auto_connect) {
      queueMicrotask(() => machine.state === "initialized" && machine.connect());
    }
  }

  /**
   * Subscribes to a channel. Again with the same name gives the same channel, and tries again if
   * the server had refused it.
   */
  subscribe(channel: string, options: SubscribeOptions = {}): Channel {
    const { since, rewind } = given(options);
    check(is_channel_name(channel), `${String(channel)} is no channel's name`, "invalid_channel");
    check_number("rewind", rewind);
    check(!since || is_position(since), "since must be a channel's position");
    const is_wanted = this.subscriptions_.get(channel)?.is_refused === false;
    const kept = given({ since, rewind: rewind || undefined });
    const subscription = this.subscriptions_.add(channel, kept);
    if (!is_wanted) this.machine_.wants_changed();
    return subscription.channel;
  }

  /** Ends a subscription. To subscribe again gives a new channel, without the old bindings. */
  unsubscribe(channel: string): void {
    if (this.subscriptions_.remove(channel)) this.machine_.wants_changed();
  }

  /** A channel that is subscribed to. */
  channel(name: string): Channel | undefined {
    return this.subscriptions_.get(name)?.channel;
  }

  /** Connects, or does so at once if a retry was due later. */
  connect(): void {
    this.machine_.connect();
  }

  /** Ends the connection. The subscriptions stay, and `connect()` resumes them. */
  disconnect(): void {
    this.machine_.disconnect();
  }

  private call_(call: Call): Promise<Answer> {
    const { state } = this.connection;
    if (state === "disconnected" || state === "failed") {
      const message = `${call.type} needs a connection, and it is ${state}: call connect() first`;
      return Promise.reject(local_error("not_connected", message));
    }
    return this.calls_.call(call);
  }

  private received_(message: ServerMessage): void {
    if (this.subscriptions_.received(message)) return;
    switch (message.type) {
      case "ok":
      case "history":
      case "members":
        this.calls_.answer(message);
        return;
      case "event":
        this.user.emit(message.event, message.data);
        return;
      case "error": {
        if (this.calls_.answer(message) || message.id !== undefined) return;
        const { code, reason, message: text, retry } = message;
        this.machine_.emit("error", new RiverError(code, reason, text, retry));
      }
    }
  }

  private lost_(): void {
    this.subscriptions_.lost();
    this.calls_.lost();
  }

  private ended_(error: RiverError): void {
    this.lost_();
    this.calls_.reject_all(error);
  }
}

/** A stream would be refused for all channels, were one of them no channel. */
function is_channel_name(channel: unknown): boolean {
  return typeof channel === "string" && /^[\w=@,.;:/#-]{1,200}$/.test(channel);
}

/** It may come from a storage, and so be anything. */
function is_position(since: Position): boolean {
  return is_text(since.epoch) && Number.isFinite(since.offset);
}

function transports({ host, WebSocket, ...settings }: Settings): OpenTransport {
  return (kind, opening, listener) => {
    if (kind === "websocket") {
      return new WebSocketTransport(websocket_url(host), WebSocket, listener);
    }
    const url = events_url(host, opening);
    return new EventStreamTransport(url, settings.fetch ?? fetch, listener);
  };
}
