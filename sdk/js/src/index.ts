export { River } from "./river.js";
export { RiverError } from "./error.js";
export type { Channel, Subscribed } from "./channel.js";
export type { Connection, ConnectionState, Gap, StateChange } from "./connection.js";
export type { Callback, CatchAll, Emitter, EventInfo } from "./emitter.js";
export type { Members } from "./members.js";
export type {
  HistoryEvent,
  HistoryPage,
  HistoryQuery,
  Member,
  MemberPage,
  MemberQuery,
  Position,
} from "./messages.js";
export type { RiverOptions } from "./options.js";
export type { SubscribeOptions } from "./subscription.js";
export type { Jwt } from "./token_source.js";
export type { TransportKind } from "./transport.js";
export type { User } from "./user.js";
export type { WebSocketConstructor, WebSocketLike } from "./websocket_transport.js";
