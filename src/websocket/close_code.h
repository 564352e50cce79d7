// Close codes of RFC 6455 §7.4 that this room itself uses or judges. River's own (44xx) belong to
// the protocol.
#pragma once

#include <cstdint>
#include <string_view>

namespace river::websocket {

namespace close_code {
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none = 1005;  // "no code came"; never on the wire
inline constexpr std::uint16_t invalid_data = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t too_large = 1009;
}  // namespace close_code

// May the code stand in a close frame? 1004-1006 and 1015 are for APIs only, 1016-2999 are not
// assigned; 1012-1014 were registered after the RFC.
[[nodiscard]] constexpr bool is_wire_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// Why nothing more is read from a peer, and what to tell it in the close frame.
struct ReadError {
  std::uint16_t close_code;
  std::string_view reason;  // a literal, short enough for a close frame

  friend bool operator==(const ReadError&, const ReadError&) = default;
};

}  // namespace river::websocket
