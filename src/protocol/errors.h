// Errors that River answers with: numbers and reasons in the client protocol, status and code in
// the HTTP API. `reason` and `code` are the same word in both.
#pragma once

#include <cstdint>
#include <string_view>

namespace river::protocol {

enum class ErrorCode : std::uint16_t {
  invalid_message = 4400,         // not a command at all; the connection is closed with 4400
  unauthenticated = 4401,         // show a token (or key) that is valid
  forbidden = 4403,               // get a token that grants it
  not_found = 4404,               // nothing is there under that path
  method_not_allowed = 4405,      // use a method that Allow names
  already_subscribed = 4409,      // unsubscribe first to resume from elsewhere
  not_subscribed = 4410,          // subscribe first
  data_too_large = 4413,          // send less data in one event
  unsupported_media = 4415,       // send JSON
  invalid_json = 4420,            // send JSON in UTF-8
  invalid_channel = 4421,         // see limits::channel_bytes_max and valid_channel()
  invalid_event = 4422,           // see valid_event()
  invalid_type = 4423,            // the field is there, but of another JSON type
  invalid_value = 4424,           // of the right type, but out of range
  missing_field = 4425,           // add the field
  too_many = 4426,                // send fewer at once
  too_many_subscriptions = 4427,  // unsubscribe from others first
  rate_limited = 4429,            // later, and more slowly
  unavailable = 4503,             // later: over capacity, draining, or the broker is away
};

struct ErrorInfo {
  std::string_view reason;   // the machine's word for it
  std::string_view message;  // for people, when there is nothing more exact to say
  std::uint16_t http_status;
  bool retry;  // the same again may succeed later
};

[[nodiscard]] ErrorInfo error_info(ErrorCode code);

}  // namespace river::protocol
