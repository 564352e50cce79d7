// FrameHeader: the first 6 to 14 bytes of a client's frame (RFC 6455 §5.2).
//
//   byte 0   final:1 | compressed (RSV1):1 | RSV2:1 | RSV3:1 | opcode:4
//   byte 1   masked:1 | length:7             126: 16 bits follow, 127: 64 bits follow
//   2, 8 or no bytes of length, most significant first
//   4 bytes of mask
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "websocket/close_code.h"
#include "websocket/mask.h"
#include "websocket/opcode.h"

namespace river::websocket {

inline constexpr std::size_t frame_header_bytes_max = 14;
inline constexpr std::size_t control_payload_bytes_max = 125;

struct FrameHeader {
  std::uint64_t payload_bytes;
  MaskKey mask;
  std::uint8_t header_bytes;  // of the header itself
  Opcode opcode;
  bool final;       // the last of its message
  bool compressed;  // RSV1: the message that begins here is
};

// Nothing when more bytes are needed. Errors are those that a header shows by itself, and are found
// at the first byte that shows them.
[[nodiscard]] std::expected<std::optional<FrameHeader>, ReadError> parse_frame_header(
    std::span<const char> bytes);

}  // namespace river::websocket
