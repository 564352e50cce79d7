// For tests and fuzzing only: frames as a client sends them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "websocket/frame_writer.h"
#include "websocket/mask.h"
#include "websocket/opcode.h"

namespace river::websocket {

struct ClientFrame {
  Opcode opcode = Opcode::text;
  std::string payload = {};
  bool final = true;
  bool compressed = false;
  MaskKey mask = {'\x37', '\xfa', '\x21', '\x3d'};
};

// Only the header, for a payload of which little or nothing is sent.
[[nodiscard]] inline std::string client_header(const ClientFrame& frame,
                                               std::size_t payload_bytes) {
  std::array<char, server_header_bytes_max> header;
  const std::size_t size = write_frame_header(header, frame.opcode, payload_bytes, false);
  if (!frame.final) header[0] = static_cast<char>(header[0] & 0x7f);
  if (frame.compressed) header[0] = static_cast<char>(header[0] | 0x40);
  header[1] = static_cast<char>(header[1] | 0x80);
  return std::string(header.data(), size) + std::string(frame.mask.begin(), frame.mask.end());
}

[[nodiscard]] inline std::string client_bytes(const ClientFrame& frame) {
  std::string masked = frame.payload;
  Mask(frame.mask).apply(masked);
  return client_header(frame, masked.size()) + masked;
}

[[nodiscard]] inline std::string client_bytes(const std::vector<ClientFrame>& frames) {
  std::string bytes;
  for (const ClientFrame& frame : frames) bytes += client_bytes(frame);
  return bytes;
}

}  // namespace river::websocket
