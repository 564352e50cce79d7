export { River, type RiverOptions } from "./river.js";
export { RiverError } from "./error.js";
export type {
  BatchMessage,
  ChannelDetails,
  ChannelInfo,
  HistoryEvent,
  HistoryPage,
  HistoryQuery,
  Member,
  PublishOptions,
  PublishResult,
} from "./messages.js";
export type { Grant, TokenOptions } from "./token.js";
