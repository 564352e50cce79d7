// For tests: the other end of a connection, as a blocking socket with patience.
#pragma once

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/address.h"
#include "net/file_descriptor.h"

namespace river::net {

class Peer {
 public:
  static constexpr int patience_seconds = 30;

  Peer() = default;
  explicit Peer(FileDescriptor socket) : socket_(std::move(socket)) {
    const timeval patience{patience_seconds, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  [[nodiscard]] static Peer connect(const Address& address) {
    const SocketAddress where = address.socket_address();
    FileDescriptor socket(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.get(), where.get(), where.size), 0);
    return Peer(std::move(socket));
  }
  virtual ~Peer() = default;
  Peer(Peer&&) = default;
  Peer& operator=(Peer&&) = default;

  virtual void send(std::string_view bytes) {
    const ssize_t sent =
        uninterrupted([&] { return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    EXPECT_EQ(sent, static_cast<ssize_t>(bytes.size()));
  }
  // What comes next, at most so much; empty at the end of the stream.
  [[nodiscard]] virtual std::string receive_some(std::size_t bytes_max = 65'536) {
    std::string bytes(bytes_max, '\0');
    const ssize_t got = uninterrupted([&] { return ::recv(fd(), bytes.data(), bytes.size(), 0); });
    EXPECT_TRUE(got >= 0 || errno == ECONNRESET) << "nothing came: " << std::strerror(errno);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  // So many bytes; fewer if the stream ends before.
  [[nodiscard]] std::string receive(std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) {
      const std::string more = receive_some(bytes - all.size());
      if (more.empty()) break;
      all += more;
    }
    return all;
  }
  // Up to and with `mark`.
  [[nodiscard]] std::string receive_until(std::string_view mark) {
    std::string all;
    while (!all.ends_with(mark)) {
      const std::string more = receive_some(1);
      if (more.empty()) break;
      all += more;
    }
    return all;
  }
  [[nodiscard]] std::string receive_all() {
    std::string all;
    for (std::string more = receive_some(); !more.empty(); more = receive_some()) all += more;
    return all;
  }

  void end_sending() { ::shutdown(fd(), SHUT_WR); }
  void close() { socket_.reset(); }
  // The connection breaks: the other side gets ECONNRESET. TCP only.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
  }
  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  // The kernel's work for a ring that this thread has made interrupts its calls.
  template <typename Call>
  static ssize_t uninterrupted(Call call) {
    ssize_t result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
  }

  FileDescriptor socket_;
};

// Both ends, the first one for a loop. Its buffer is small, so that it is soon full.
[[nodiscard]] inline std::pair<FileDescriptor, FileDescriptor> make_pair_of_sockets() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const int bytes = 4096;
  ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace river::net
