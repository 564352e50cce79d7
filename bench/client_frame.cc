#include "client_frame.h"

#include <fmt/format.h>

namespace river::bench {

std::string upgrade_request(std::string_view path, bool deflate) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
      path, deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
}

std::string client_frame(std::string_view payload, char opcode) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const auto length = payload.size();
  if (length < 126) {
    frame += static_cast<char>(0x80 | length);
  } else if (length < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(length >> 8);
    frame += static_cast<char>(length & 0xff);
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(length >> shift & 0xff);
  }
  frame.append(4, '\0');
  frame += payload;
  return frame;
}

}  // namespace river::bench
