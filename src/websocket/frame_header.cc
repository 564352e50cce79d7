#include "websocket/frame_header.h"

#include <algorithm>

namespace river::websocket {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t rsv1_bit = 0x40;
constexpr std::uint8_t rsv2_and_rsv3_bits = 0x30;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t masked_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::uint8_t length_in_16_bits = 126;
constexpr std::uint8_t length_in_64_bits = 127;

std::optional<ReadError> protocol_error(std::string_view reason) {
  return ReadError{close_code::protocol_error, reason};
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa);
}

std::optional<ReadError> check_first_byte(std::uint8_t byte) {
  if ((byte & rsv2_and_rsv3_bits) != 0) return protocol_error("reserved bit set");
  const std::uint8_t opcode = byte & opcode_bits;
  if (!is_known(opcode)) return protocol_error("reserved opcode");
  const bool begins_message = opcode == 0x1 || opcode == 0x2;
  if ((byte & rsv1_bit) != 0 && !begins_message) return protocol_error("misplaced compression bit");
  if (is_control(Opcode{opcode}) && (byte & final_bit) == 0) {
    return protocol_error("fragmented control frame");
  }
  return std::nullopt;
}

std::optional<ReadError> check_second_byte(std::uint8_t byte, Opcode opcode) {
  if ((byte & masked_bit) == 0) return protocol_error("frame without mask");
  if (is_control(opcode) && (byte & length_bits) > control_payload_bytes_max) {
    return protocol_error("control frame too long");
  }
  return std::nullopt;
}

std::optional<ReadError> check_long_length(std::uint64_t length, bool in_64_bits) {
  if ((length >> 63) != 0) return protocol_error("negative frame length");
  const std::uint64_t shorter_form_max = in_64_bits ? 0xffff : length_in_16_bits - 1;
  if (length <= shorter_form_max) return protocol_error("frame length not in its shortest form");
  return std::nullopt;
}

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace

std::expected<std::optional<FrameHeader>, ReadError> parse_frame_header(
    std::span<const char> bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  if (auto error = check_first_byte(first)) return std::unexpected(*error);
  FrameHeader header{};
  header.opcode = Opcode{static_cast<std::uint8_t>(first & opcode_bits)};
  header.final = (first & final_bit) != 0;
  header.compressed = (first & rsv1_bit) != 0;

  if (bytes.size() < 2) return std::nullopt;
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if (auto error = check_second_byte(second, header.opcode)) return std::unexpected(*error);
  header.payload_bytes = second & length_bits;

  std::size_t at = 2;
  if (header.payload_bytes >= length_in_16_bits) {
    const bool in_64_bits = header.payload_bytes == length_in_64_bits;
    const std::size_t length_bytes = in_64_bits ? 8 : 2;
    if (bytes.size() < at + length_bytes) return std::nullopt;
    header.payload_bytes = big_endian(bytes.subspan(at, length_bytes));
    if (auto error = check_long_length(header.payload_bytes, in_64_bits)) {
      return std::unexpected(*error);
    }
    at += length_bytes;
  }

  if (bytes.size() < at + header.mask.size()) return std::nullopt;
  std::ranges::copy(bytes.subspan(at, header.mask.size()), header.mask.begin());
  header.header_bytes = static_cast<std::uint8_t>(at + header.mask.size());
  return header;
}

}  // namespace river::websocket
