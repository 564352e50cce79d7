#include "net/listener.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/assert.h"

namespace river::net {
namespace {

constexpr int backlog = 4096;
// A storm of connections must not keep the others of this loop waiting for long.
constexpr int accepts_a_turn = 64;

FileDescriptor open_spare() {
  return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// Errors that accept() passes on from the one connection that it would have returned.
bool is_of_one_client(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

void set_option(int fd, int level, int name, int value) {
  // Without effect at worst: none of them decides about right or wrong.
  static_cast<void>(::setsockopt(fd, level, name, &value, sizeof value));
}

}  // namespace

std::expected<std::unique_ptr<Listener>, std::string> Listener::open(Loop& loop,
                                                                     const Address& address,
                                                                     OnAccept on_accept) {
  const auto failed = [&](const char* what) {
    return std::unexpected(
        fmt::format("cannot listen on {}: {}: {}", address.text(), what, std::strerror(errno)));
  };
  const SocketAddress where = address.socket_address();
  FileDescriptor socket(
      ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return failed("socket");
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (where.storage.ss_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  // Accepted sockets inherit it. Each write is a whole turn's worth: there is nothing to wait for.
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::bind(socket.get(), where.get(), where.size) != 0) return failed("bind");
  if (::listen(socket.get(), backlog) != 0) return failed("listen");

  SocketAddress real;
  real.size = sizeof real.storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&real.storage), &real.size) != 0) {
    return failed("getsockname");
  }
  return std::unique_ptr<Listener>(new Listener(loop, std::move(socket),
                                                Address::from(real.storage).value_or(address),
                                                std::move(on_accept)));
}

Listener::Listener(Loop& loop, FileDescriptor socket, const Address& address, OnAccept on_accept)
    : loop_(loop),
      socket_(std::move(socket)),
      spare_(open_spare()),
      address_(address),
      on_accept_(std::move(on_accept)),
      self_(std::make_shared<Listener*>(this)) {}

Listener::~Listener() {
  if (watched_) loop_.unwatch(socket_.get());
}

void Listener::start() {
  watched_ = true;
  RIVER_ASSERT(loop_.watch(socket_.get(), EPOLLIN, *this));
}

void Listener::on_events(std::uint32_t /*events*/) {
  if (!spare_.is_open()) spare_ = open_spare();
  // Most come alone, and to ask for a second costs a system call. If there is one, epoll says so in
  // the next turn.
  const std::uint64_t turn = loop_.turn_number();
  const int most = turn == busy_turn_ ? accepts_a_turn : 1;
  busy_turn_ = turn + 1;
  for (int i = 0; i < most; ++i) {
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    FileDescriptor socket(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer.storage),
                                    &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.is_open()) {
      const int error = errno;
      if (error == EAGAIN) return;  // none is waiting
      if (is_of_one_client(error)) continue;
      if ((error == EMFILE || error == ENFILE) && refuse_one()) continue;
      return rest();
    }
    on_accept_(std::move(socket), Address::from(peer.storage).value_or(Address()));
  }
}

void Listener::rest() {
  loop_.rewatch(socket_.get(), 0, *this);
  loop_.call_at(loop_.now() + rest_time, [weak = std::weak_ptr(self_)] {
    const auto self = weak.lock();
    if (self != nullptr) (*self)->loop_.rewatch((*self)->socket_.get(), EPOLLIN, **self);
  });
}

bool Listener::refuse_one() {
  spare_.reset();
  FileDescriptor refused(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const bool done = refused.is_open() || errno == EAGAIN;  // its client may have gone
  if (refused.is_open()) loop_.metrics().connections_refused.add();
  refused.reset();
  spare_ = open_spare();
  return done;
}

}  // namespace river::net
