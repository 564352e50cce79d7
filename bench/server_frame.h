// ServerFrame: the next whole frame in bytes that came from a server.
//
//   byte 0   final:1 | compressed:1 | 0:2 | opcode:4
//   byte 1   0:1 | length:7     126: 16 bits of length follow, 127: 64 bits
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace river::bench {

struct ServerFrame {
  enum Opcode : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

  std::uint8_t opcode = 0;
  bool compressed = false;
  bool final = false;
  std::string_view payload = {};

  // Takes it off `bytes`; false if it is not whole yet.
  [[nodiscard]] bool take_from(std::string_view& bytes) {
    if (bytes.size() < 2) return false;
    std::size_t length = byte(bytes, 1) & 0x7f;
    std::size_t header = 2;
    if (length >= 126) {
      const std::size_t width = length == 126 ? 2 : 8;
      if (bytes.size() < 2 + width) return false;
      length = 0;
      for (std::size_t i = 0; i < width; ++i) length = length << 8 | byte(bytes, 2 + i);
      header += width;
    }
    if (bytes.size() < header + length) return false;
    opcode = byte(bytes, 0) & 0x0f;
    compressed = (byte(bytes, 0) & 0x40) != 0;
    final = (byte(bytes, 0) & 0x80) != 0;
    payload = bytes.substr(header, length);
    bytes.remove_prefix(header + length);
    return true;
  }

 private:
  static std::uint8_t byte(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
  }
};

}  // namespace river::bench
