// WebSocket close codes that River sends, and what a client must do on each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace river::protocol {

enum class CloseCode : std::uint16_t {
  // RFC 6455 §7.4.1
  normal = 1000,             // the client closed first; stays closed
  going_away = 1001,         // reconnect after the given or a random delay, resume
  protocol_error = 1002,     // broken frames: do not retry
  unsupported_data = 1003,   // a binary message: do not retry
  invalid_text = 1007,       // text that is not UTF-8 or not valid deflate: do not retry
  policy_violation = 1008,   // too many fragments or control frames: do not retry
  message_too_large = 1009,  // send smaller messages: do not retry

  // River's own
  invalid_message = 4400,  // a message that is not a command: do not retry
  unauthenticated = 4401,  // no valid token in time, expired or revoked: new token, then reconnect
  forbidden = 4403,        // origin or the user's connection limit: do not retry
  no_pong = 4408,          // no answer to ping: reconnect, resume
  too_fast = 4429,         // sent too much, too fast: reconnect with back-off
  slow_reader = 4430,      // its outbox is full: reconnect, resume
  over_capacity = 4503,    // reconnect with back-off
};

// The reason in the close frame, when there is nothing more exact to say. At most 123 bytes.
[[nodiscard]] std::string_view close_reason(CloseCode code);

// RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code.
inline constexpr std::size_t close_reason_bytes_max = 123;

}  // namespace river::protocol
