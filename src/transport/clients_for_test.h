// For tests: what a client does with a connection, in HTTP and in WebSocket frames.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/peer_for_test.h"
#include "websocket/client_frame_for_test.h"

namespace river::transport {

struct Answer {
  std::string head;  // without the empty line; "" if the stream ended
  std::string body;

  [[nodiscard]] int status() const {
    int status = 0;
    if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, status);
    return status;
  }
  [[nodiscard]] bool has(std::string_view header) const {
    return head.find(fmt::format("\r\n{}", header)) != std::string::npos;
  }
};

// The next response; one to HEAD has no body.
inline Answer read_answer(net::Peer& peer, bool to_head = false) {
  Answer answer;
  answer.head = peer.receive_until("\r\n\r\n");
  constexpr std::string_view length = "\r\nContent-Length: ";
  const std::size_t place = answer.head.find(length);
  if (place == std::string::npos || to_head) return answer;
  std::size_t bytes = 0;
  const char* end = answer.head.data() + answer.head.size();
  std::from_chars(answer.head.data() + place + length.size(), end, bytes);
  answer.body = peer.receive(bytes);
  return answer;
}

inline std::string get(std::string_view target, std::string_view headers = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: river\r\n{}\r\n", target, headers);
}

inline std::string upgrade_request(std::string_view target = "/v1/ws",
                                   std::string_view headers = {}) {
  return get(target, fmt::format("Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                 "Sec-WebSocket-Version: 13\r\n{}",
                                 headers));
}

// A frame of the server.
struct Frame {
  int opcode = -1;  // -1: the stream has ended
  bool compressed = false;
  std::string payload;

  [[nodiscard]] int close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

inline Frame read_frame(net::Peer& peer) {
  const std::string header = peer.receive(2);
  if (header.size() < 2) return {};
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  EXPECT_EQ(byte(header[0]) & 0x80, 0x80) << "servers send whole messages";
  EXPECT_EQ(byte(header[1]) & 0x80, 0) << "servers do not mask";
  std::size_t bytes = byte(header[1]);
  if (bytes >= 126) {
    const std::string length = peer.receive(bytes == 126 ? 2 : 8);
    bytes = 0;
    for (const char digit : length) bytes = bytes << 8 | byte(digit);
  }
  Frame frame{byte(header[0]) & 0x0f, (byte(header[0]) & 0x40) != 0, peer.receive(bytes)};
  EXPECT_EQ(frame.payload.size(), bytes) << "a frame was cut short";
  return frame;
}

inline std::string text_frame(std::string_view text) {
  return websocket::client_bytes(websocket::ClientFrame{.payload = std::string(text)});
}

inline std::string control_frame(websocket::Opcode opcode, std::string_view payload = {}) {
  return websocket::client_bytes(
      websocket::ClientFrame{.opcode = opcode, .payload = std::string(payload)});
}

}  // namespace river::transport
