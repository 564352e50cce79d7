#include "echo_server.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "websocket/accept_key.h"
#include "websocket/frame_header.h"

namespace river::bench {
namespace {

struct Peer {
  std::string partial;
  bool switched = false;
};

std::string switching(std::string_view request) {
  constexpr std::string_view mark = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(mark);
  if (at == std::string_view::npos) fail("the echo server got no handshake");
  const std::string_view rest = request.substr(at + mark.size());
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n\r\n",
      websocket::accept_key(rest.substr(0, rest.find('\r'))).value_or(""));
}

std::string server_frame(std::string_view payload) {
  std::string frame("\x81", 1);
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  }
  return frame += payload;
}

class EchoServer {
 public:
  EchoServer(int listener, bool faulty)
      : listener_(listener), faulty_(faulty), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    look_at(listener);
  }

  void turn() {
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll_, events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener_) {
        accept();
      } else {
        read(fd);
      }
    }
  }

 private:
  void look_at(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_.emplace(fd, Peer{});
    look_at(fd);
  }

  void read(int fd) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      peers_.erase(fd);
      ::close(fd);
      return;
    }
    Peer& peer = peers_[fd];
    peer.partial.append(buffer.data(), static_cast<std::size_t>(got));
    if (!peer.switched) {
      if (peer.partial.find("\r\n\r\n") == std::string::npos) return;
      send(fd, switching(peer.partial));
      peer.partial.clear();
      peer.switched = true;
      return;
    }
    take_frames(peer.partial);
  }

  // The clients of the bench mask with zeros: what they send can be passed on as it is. All that
  // has come goes out in one write to each.
  void take_frames(std::string& bytes) {
    std::string out;
    std::size_t taken = 0;
    for (;;) {
      const std::string_view rest = std::string_view(bytes).substr(taken);
      const auto header = websocket::parse_frame_header(rest);
      if (!header.has_value()) fail("the echo server got a broken frame");
      if (!header->has_value()) break;
      const std::size_t size = (*header)->header_bytes + (*header)->payload_bytes;
      if (rest.size() < size) break;
      const std::string_view payload =
          rest.substr((*header)->header_bytes, (*header)->payload_bytes);
      taken += size;
      if ((*header)->opcode != websocket::Opcode::text) continue;
      const std::uint64_t fault = faulty_ ? ++messages_ % 10 : 0;
      if (fault == 3) continue;
      out += server_frame(payload);
      if (fault == 5) out += server_frame(payload);
    }
    bytes.erase(0, taken);
    if (out.empty()) return;
    for (const auto& [fd, peer] : peers_) {
      if (peer.switched) send(fd, out);
    }
  }

  static void send(int fd, std::string_view bytes) {
    static_cast<void>(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  int listener_;
  bool faulty_;
  int epoll_;
  std::unordered_map<int, Peer> peers_;
  std::uint64_t messages_ = 0;
};

}  // namespace

void serve_echo(int listener, bool faulty) {
  EchoServer server(listener, faulty);
  for (;;) server.turn();
}

}  // namespace river::bench
