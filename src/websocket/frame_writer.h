// Frames as a server sends them: never masked, never fragmented (RFC 6455 §5.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "websocket/opcode.h"

namespace river::websocket {

inline constexpr std::size_t server_header_bytes_max = 10;
inline constexpr std::size_t close_reason_bytes_max = 123;  // a control frame holds 125, the code 2

// How many bytes it wrote: 2, 4 or 10. `compressed`: the payload comes from Deflater.
[[nodiscard]] std::size_t write_frame_header(std::span<char, server_header_bytes_max> out,
                                             Opcode opcode, std::size_t payload_bytes,
                                             bool compressed);

void append_frame(std::string& out, Opcode opcode, std::string_view payload,
                  bool compressed = false);

// A reason too long is cut between two characters. The code "none" writes a frame without a body,
// which is how a close without a code is answered.
void append_close(std::string& out, std::uint16_t code, std::string_view reason);

}  // namespace river::websocket
