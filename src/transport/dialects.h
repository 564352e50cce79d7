// The forms in which events go out, by the index that subscribers carry:
//   0      WebSocket text
//   1 … 7  the same, deflated with a window of 9 … 15 bits where that pays
//   8      Server-Sent Events
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "hub/dialect.h"
#include "hub/hub.h"
#include "websocket/deflate.h"

namespace river::transport {

inline constexpr hub::DialectIndex websocket_dialect = 0;
inline constexpr hub::DialectIndex sse_dialect = 8;

[[nodiscard]] constexpr hub::DialectIndex deflate_dialect(std::uint8_t window_bits) {
  return static_cast<hub::DialectIndex>(window_bits - 8);
}
static_assert(deflate_dialect(9) == 1 && deflate_dialect(15) == 7);

// Gives the hub all of them. `deflater` outlives it.
void set_dialects(hub::Hub& hub, websocket::Deflater& deflater, std::size_t deflate_bytes_min);

}  // namespace river::transport
