// For tests and fuzzing only: frames as a client sends them, and a sink that writes down what a
// reader finds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "websocket/frame_writer.h"
#include "websocket/mask.h"
#include "websocket/message_reader.h"
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

// One line for each call: `text hello`, `ping 12`, `close 1000 bye`.
class RecordingSink final : public MessageSink {
 public:
  bool on_message(Opcode opcode, std::string_view payload) override {
    return record(fmt::format("{} {}", opcode == Opcode::text ? "text" : "binary", payload));
  }
  bool on_ping(std::string_view payload) override {
    return record(fmt::format("ping {}", payload));
  }
  bool on_pong(std::string_view payload) override {
    return record(fmt::format("pong {}", payload));
  }
  void on_close(std::uint16_t code, std::string_view reason) override {
    record(fmt::format("close {} {}", code, reason));
  }

  std::vector<std::string> calls;
  std::size_t calls_max = SIZE_MAX;  // answers `false` at this one

 private:
  bool record(std::string call) {
    calls.push_back(std::move(call));
    return calls.size() < calls_max;
  }
};

}  // namespace river::websocket
