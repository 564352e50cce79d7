#include "websocket/frame_writer.h"

#include <array>

#include "base/assert.h"
#include "websocket/close_code.h"
#include "websocket/frame_header.h"

namespace river::websocket {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t rsv1_bit = 0x40;

void write_big_endian(std::span<char> out, std::uint64_t number) {
  for (std::size_t i = out.size(); i-- > 0; number >>= 8) out[i] = static_cast<char>(number & 0xff);
}

std::string_view cut_between_characters(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::size_t write_frame_header(std::span<char, server_header_bytes_max> out, Opcode opcode,
                               std::size_t payload_bytes, bool compressed) {
  RIVER_ASSERT(!is_control(opcode) || payload_bytes <= control_payload_bytes_max);
  RIVER_ASSERT(!is_control(opcode) || !compressed);
  out[0] = static_cast<char>(final_bit | (compressed ? rsv1_bit : 0) |
                             static_cast<std::uint8_t>(opcode));
  if (payload_bytes <= 125) {
    out[1] = static_cast<char>(payload_bytes);
    return 2;
  }
  if (payload_bytes <= 0xffff) {
    out[1] = 126;
    write_big_endian(out.subspan<2, 2>(), payload_bytes);
    return 4;
  }
  out[1] = 127;
  write_big_endian(out.subspan<2, 8>(), payload_bytes);
  return 10;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool compressed) {
  std::array<char, server_header_bytes_max> header;
  const std::size_t size = write_frame_header(header, opcode, payload.size(), compressed);
  out.append(header.data(), size);
  out.append(payload);
}

void append_close(std::string& out, std::uint16_t code, std::string_view reason) {
  if (code == close_code::none) return append_frame(out, Opcode::close, {});
  RIVER_ASSERT(is_wire_close_code(code));
  std::string body(2, '\0');
  write_big_endian(body, code);
  body += cut_between_characters(reason, close_reason_bytes_max);
  append_frame(out, Opcode::close, body);
}

}  // namespace river::websocket
