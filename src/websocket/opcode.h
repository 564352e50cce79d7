// Opcode: what a frame is (RFC 6455 §5.2). The values are those on the wire.
#pragma once

#include <cstdint>

namespace river::websocket {

enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xa,
};

[[nodiscard]] constexpr bool is_control(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8) != 0;
}

}  // namespace river::websocket
