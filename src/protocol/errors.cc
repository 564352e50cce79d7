#include "protocol/errors.h"

#include "base/limits.h"

namespace river::protocol {
namespace {

static_assert(limits::channel_bytes_max == 200, "named in a message below");
static_assert(limits::event_bytes_max == 200, "named in a message below");

constexpr bool retry = true;
constexpr bool no_retry = false;

}  // namespace

ErrorInfo error_info(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_message:
      return {"invalid_message", "the message is not a command of River's protocol", 400, no_retry};
    case ErrorCode::unauthenticated:
      return {"unauthenticated", "a valid token or API key is needed", 401, no_retry};
    case ErrorCode::forbidden:
      return {"forbidden", "the token does not grant this", 403, no_retry};
    case ErrorCode::not_found:
      return {"not_found", "there is nothing under this path", 404, no_retry};
    case ErrorCode::method_not_allowed:
      return {"method_not_allowed", "use a method that the Allow header names", 405, no_retry};
    case ErrorCode::already_subscribed:
      return {"already_subscribed", "this connection is subscribed to the channel already", 409,
              no_retry};
    case ErrorCode::not_subscribed:
      return {"not_subscribed", "this connection is not subscribed to the channel", 409, no_retry};
    case ErrorCode::data_too_large:
      return {"data_too_large", "\"data\" is larger than this server takes", 413, no_retry};
    case ErrorCode::unsupported_media:
      return {"unsupported_media", "the body must be JSON", 415, no_retry};
    case ErrorCode::invalid_json:
      return {"invalid_json", "the body is not valid JSON", 400, no_retry};
    case ErrorCode::invalid_channel:
      return {"invalid_channel",
              "a channel's name is 1 to 200 characters of A-Z a-z 0-9 _ - = @ , . ; : / #", 400,
              no_retry};
    case ErrorCode::invalid_event:
      return {"invalid_event",
              "an event's name is 1 to 200 bytes without control characters, and does not start "
              "with river:",
              400, no_retry};
    case ErrorCode::invalid_type:
      return {"invalid_type", "a field is of the wrong JSON type", 400, no_retry};
    case ErrorCode::invalid_value:
      return {"invalid_value", "a value is out of its range", 400, no_retry};
    case ErrorCode::missing_field:
      return {"missing_field", "a field is missing", 400, no_retry};
    case ErrorCode::too_many:
      return {"too_many", "there are more of these than this server takes at once", 400, no_retry};
    case ErrorCode::too_many_subscriptions:
      return {"too_many_subscriptions", "this connection has as many subscriptions as it may", 403,
              no_retry};
    case ErrorCode::rate_limited:
      return {"rate_limited", "too many at a time; try again more slowly", 429, retry};
    case ErrorCode::unavailable:
      return {"unavailable", "the server can't do this at the moment; try again", 503, retry};
  }
  return {};
}

}  // namespace river::protocol
