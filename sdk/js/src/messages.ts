/** Where an event stands in its channel. Positions of different epochs cannot be compared. */
export interface Position {
  epoch: string;
  offset: number;
}

/** A user in a presence channel; one with three tabs is one member. */
export interface Member {
  id: string;
  info?: any;
}

export interface HistoryEvent {
  event: string;
  data: any;
  offset: number;
  /** When it was published, in seconds since 1970. */
  time?: number;
}

/** A page of a channel's past, newest first. */
export interface HistoryPage {
  /** Missing for a channel of which nothing is known. */
  epoch?: string;
  events: HistoryEvent[];
  /** Whether there are older events: ask again with `before` set to the last offset. */
  more: boolean;
}

export interface MemberPage {
  members: Member[];
  member_count: number;
  /** Set if there are more: ask again with `after` set to this. */
  next?: string;
}

export interface HistoryQuery {
  limit?: number;
  /** Only events of a smaller offset. */
  before?: number;
}

export interface MemberQuery {
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
}

interface About {
  channel: string;
}

interface Asked {
  id: number;
}

export type Call =
  | ({ type: "publish"; event: string; data: unknown; publication_id: string } & About)
  | ({ type: "history" } & About & HistoryQuery)
  | ({ type: "presence" } & About & MemberQuery);

export type ClientMessage =
  | ({ type: "auth"; token: string } & Asked)
  | ({ type: "subscribe"; since?: Position; rewind?: number } & Asked & About)
  | ({ type: "unsubscribe" } & Asked & About)
  | (Call & Asked)
  | { type: "ping" }
  | { type: "pong" };

export interface SubscribedMessage extends Position {
  type: "subscribed";
  /** Missing if the server began the stream anew by itself. */
  id?: number;
  channel: string;
  recovered?: boolean;
  /** Past events follow, those after this offset. */
  rewound_to?: number;
  members?: Member[];
  member_count?: number;
}

export interface EventMessage {
  type: "event";
  /** Missing if the event is for this user and not for a channel. */
  channel?: string;
  event: string;
  data: any;
  offset?: number;
}

export interface PresenceMessage {
  type: "presence";
  channel: string;
  joined?: Member[];
  left?: string[];
  member_count: number;
}

export interface UnsubscribedMessage {
  type: "unsubscribed";
  id?: number;
  channel: string;
  reason?: string;
}

export interface ErrorMessage {
  type: "error";
  id?: number;
  channel?: string;
  code: number;
  reason: string;
  message: string;
  retry: boolean;
}

export type Answer =
  | ({ type: "ok"; id: number } & Position)
  | ({ type: "history"; id: number; channel: string } & HistoryPage)
  | ({ type: "members"; id: number; channel: string } & MemberPage);

export type ChannelMessage =
  | SubscribedMessage
  | EventMessage
  | PresenceMessage
  | UnsubscribedMessage
  | ErrorMessage;

export interface AuthenticatedMessage {
  type: "authenticated";
  id?: number;
  user?: string;
  expires_in?: number;
  ping_interval?: number;
}

export type ServerMessage =
  | { type: "welcome"; connection: string; auth_timeout: number }
  | AuthenticatedMessage
  | { type: "reconnect"; after_ms: number; reason: string }
  | { type: "close"; code: number; reason: string }
  | { type: "ping" }
  | { type: "pong" }
  | ChannelMessage
  | Answer;

/** Anything that is no River message, a newer server's perhaps, is undefined and to be ignored. */
export function parse_message(text: string): ServerMessage | undefined {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
