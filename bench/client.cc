#include "client.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "auth/token_signer.h"
#include "base/clock.h"
#include "server_process.h"

namespace river::bench {

net::FileDescriptor connect_to(std::uint16_t port) {
  net::FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail(fmt::format("connect: {}", std::strerror(errno)));
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail(fmt::format("send: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string receive_until(int fd, std::string_view marker) {
  std::string text;
  char buffer[4096];
  while (text.find(marker) == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) fail(fmt::format("waited for {}, got: {}", marker, text));
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

std::uint64_t leading_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string upgrade_request() {
  return "GET /v1/ws HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::string client_frame(std::string_view json) {
  std::string frame("\x81", 1);
  if (json.size() < 126) {
    frame += static_cast<char>(0x80 | json.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(json.size() >> 8);
    frame += static_cast<char>(json.size() & 0xff);
  }
  frame.append(4, '\0');  // a mask of zeros: what is masked stays as it is
  frame += json;
  return frame;
}

std::string auth_frame(std::string_view secret, int user) {
  auth::TokenRequest token;
  token.user = fmt::format("user-{}", user);
  token.expires = unix_now() + 3600;
  return client_frame(
      fmt::format(R"({{"type":"auth","id":1,"token":"{}"}})", auth::sign_token(token, secret)));
}

void Client::open(std::uint16_t port, std::string_view secret, int user, std::string_view channel,
                  bool pipelined) {
  socket_ = connect_to(port);
  const std::string auth = auth_frame(secret, user);
  const std::string subscribe =
      client_frame(fmt::format(R"({{"type":"subscribe","id":2,"channel":"{}"}})", channel));
  std::string answer;
  if (pipelined) {
    send_all(fd(), upgrade_request() + auth + subscribe);
  } else {
    send_all(fd(), upgrade_request());
    receive_until(fd(), "auth_timeout");
    send_all(fd(), auth);
    receive_until(fd(), "authenticated");
    send_all(fd(), subscribe);
  }
  answer = receive_until(fd(), R"("subscribed")");
  const std::size_t at = answer.rfind(R"("offset":)");
  next_offset_ = leading_number(std::string_view(answer).substr(at + 9)) + 1;
  set_nonblocking(fd());
}

void Client::take(std::string_view payload, int& events) {
  // Ends in "offset":N}
  const std::size_t at = payload.rfind(':');
  if (at == std::string_view::npos || !payload.starts_with(R"({"type":"event")")) return;
  const std::uint64_t offset = leading_number(payload.substr(at + 1));
  if (offset != next_offset_) {
    fail(fmt::format("expected offset {}, got {}", next_offset_, offset));
  }
  ++next_offset_;
  ++events;
}

int Client::read_events(char* buffer, std::size_t size) {
  const ssize_t got = ::recv(fd(), buffer, size, MSG_DONTWAIT);
  if (got == 0) fail("the server closed a subscriber");
  if (got < 0) return 0;
  std::string_view bytes(buffer, static_cast<std::size_t>(got));
  if (!partial_.empty()) {
    partial_ += bytes;
    bytes = partial_;
  }
  int events = 0;
  while (bytes.size() >= 2) {
    std::size_t length = static_cast<unsigned char>(bytes[1]);
    std::size_t header = 2;
    if (length == 126) {
      if (bytes.size() < 4) break;
      length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8 |
               static_cast<unsigned char>(bytes[3]);
      header = 4;
    }
    if (bytes.size() < header + length) break;
    take(bytes.substr(header, length), events);
    bytes.remove_prefix(header + length);
  }
  partial_ = std::string(bytes);
  return events;
}

}  // namespace river::bench
