#include "stream.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include "fail.h"

namespace river::bench {
namespace {

Stream::Outcome outcome_of_errno() {
  return errno == EAGAIN || errno == EINTR ? Stream::Outcome::nothing_yet : Stream::Outcome::broken;
}

void wait_until_writable(int fd) {
  pollfd wanted{fd, POLLOUT, 0};
  if (::poll(&wanted, 1, 10'000) == 0) fail("the server has not read for 10 seconds");
}

}  // namespace

Stream::Stream(const Target& target) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!socket_.is_open()) fail(fmt::format("socket: {}", std::strerror(errno)));
  if (target.receive_bytes > 0) {
    ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &target.receive_bytes, sizeof target.receive_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail(fmt::format(
        "cannot connect to 127.0.0.1:{}: {}{}", target.port, std::strerror(errno),
        errno == EADDRNOTAVAIL ? "; net.ipv4.ip_local_port_range says how many clients can" : ""));
  }
  const int on = 1;
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (target.tls != nullptr) tls_ = target.tls->connect(fd(), target.resume);
  ::fcntl(fd(), F_SETFL, ::fcntl(fd(), F_GETFL) | O_NONBLOCK);
}

bool Stream::resumed() const {
  return tls_ != nullptr && ::SSL_session_reused(tls_.get()) == 1;
}

Stream::Read Stream::read(char* buffer, std::size_t size) {
  if (tls_ == nullptr) {
    const ssize_t got = ::recv(fd(), buffer, size, 0);
    if (got > 0) return {Outcome::bytes, static_cast<std::size_t>(got)};
    return {got == 0 ? Outcome::ended : outcome_of_errno()};
  }
  // Record by record, until nothing is left inside OpenSSL: epoll does not know of that.
  std::size_t filled = 0;
  while (filled < size) {
    const int got = ::SSL_read(tls_.get(), buffer + filled, static_cast<int>(size - filled));
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
      continue;
    }
    if (filled > 0) break;
    const int error = ::SSL_get_error(tls_.get(), got);
    if (error == SSL_ERROR_WANT_READ) return {Outcome::nothing_yet};
    return {error == SSL_ERROR_ZERO_RETURN ? Outcome::ended : Outcome::broken};
  }
  return {Outcome::bytes, filled};
}

bool Stream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = 0;
    bool full = false;
    if (tls_ == nullptr) {
      sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      full = sent < 0 && errno == EAGAIN;
    } else {
      sent = ::SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
      full =
          sent <= 0 && ::SSL_get_error(tls_.get(), static_cast<int>(sent)) == SSL_ERROR_WANT_WRITE;
    }
    if (full) {
      wait_until_writable(fd());
    } else if (sent <= 0) {
      return false;
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return true;
}

void Stream::close() {
  tls_.reset();
  socket_.reset();
}

void Stream::cut() {
  if (!is_open()) return;
  const linger now{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

}  // namespace river::bench
