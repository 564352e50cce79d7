#include "net/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"
#include "net/sendmsg_batch.h"

namespace river::net {
namespace {

constexpr std::size_t iovecs_max = 64;
// Read off the socket of one TLS connection in one turn before others are heard: as much as of one
// in clear. Counted in bytes of the wire, as a record may hold a single byte for us, or none.
constexpr std::size_t tls_bytes_a_turn = Loop::read_buffer_bytes;

}  // namespace

void ConnectionHandler::on_end() {
  connection_->end();
}

Connection::Connection(Loop& loop, FileDescriptor socket, std::uint64_t limit_key,
                       const OutboxLimits& limits, std::unique_ptr<TlsStream> tls,
                       std::unique_ptr<ConnectionHandler> handler)
    : loop_(loop),
      limits_(limits),
      socket_(std::move(socket)),
      limit_key_(limit_key),
      tls_(std::move(tls)),
      handler_(std::move(handler)) {
  handshaking_ = uses_tls();
}

Connection::~Connection() = default;

void Connection::start() {
  loop_.metrics().connections_open.add();
  handler_->on_open(*this);
  if (!loop_.watch(fd(), EPOLLIN | EPOLLRDHUP, *this)) close();
}

// ── For the handler ──

void Connection::send(SharedBytes chunk) {
  if (ending_ || overflowed_ || !is_open()) return;
  outbox_.push(std::move(chunk));
  touch();
  if (outbox_.bytes() > limits_.bytes_max) write_early();
}

void Connection::end() {
  if (ending_ || !is_open()) return;
  ending_ = true;
  left_bytes_ = static_cast<std::uint32_t>(unsent_bytes());
  loop_.timers().schedule(*this, loop_.now() + limits_.age_max);
  if (paused_ && !read_ended_) resume_reading();  // what still comes is thrown away
  touch();
}

void Connection::close() {
  if (!is_open()) return;
  loop_.timers().cancel(*this);
  loop_.unwatch(fd());
  socket_.reset();
  loop_.metrics().connections_open.subtract();
  handler_->on_closed();
  loop_.bury(*this);
}

void Connection::set_handler(std::unique_ptr<ConnectionHandler> handler) {
  loop_.bury(std::exchange(handler_, std::move(handler)));
  handler_->on_open(*this);
}

void Connection::ensure_timer(TimePoint when) {
  if (ending_ || !is_open()) return;
  if (!scheduled() || deadline() > when) loop_.timers().schedule(*this, when);
}

void Connection::pause_reading() {
  if (std::exchange(paused_, true) == false) watch_again();
}

void Connection::resume_reading() {
  if (std::exchange(paused_, false)) watch_again();
  if (is_open() && uses_tls() && !handshaking_ && tls_->pending() && !again_) {
    again_ = true;
    loop_.read_again_next_turn(*this);
  }
}

void Connection::touch() {
  if (std::exchange(dirty_, true) == false) loop_.mark_dirty(*this);
}

void Connection::watch_again() {
  if (!is_open()) return;
  const bool reading = !paused_ && !read_ended_;
  loop_.rewatch(fd(), (reading ? EPOLLIN | EPOLLRDHUP : 0U) | (blocked_ ? EPOLLOUT : 0U), *this);
}

Address Connection::peer() const {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) return {};
  return Address::from(peer.storage).value_or(Address());
}

// ── Events ──

void Connection::on_events(std::uint32_t events) {
  if (!is_open()) return;  // closed earlier in this turn
  if ((events & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    watch_again();
    touch();
  }
  if (handshaking_) {
    tls_->begin_turn(tls_bytes_a_turn);
    continue_handshake();
    return;
  }
  if (paused_ || read_ended_) {
    // Nothing to read, but a broken connection is still told.
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) close();
    return;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return;
  if (again_) return;  // it will be read: twice a turn is too much
  if (!uses_tls()) return read_plain();
  tls_->begin_turn(tls_bytes_a_turn);
  read_tls();
}

void Connection::continue_handshake() {
  switch (tls_->handshake()) {
    case TlsStatus::done:
      handshaking_ = false;
      touch();
      if (!paused_) read_tls();
      return;
    case TlsStatus::want_read:
      return;
    case TlsStatus::want_write:
      blocked_ = true;
      watch_again();
      return;
    case TlsStatus::failed:
      loop_.metrics().tls_failures.add();
      log_debug("TLS handshake failed", {{"reason", tls_->failure()}});
      close();
      return;
    case TlsStatus::closed:
      close();
      return;
  }
}

void Connection::read_plain() {
  const std::span<char> buffer = loop_.read_buffer();
  const ssize_t got = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) {
    give(static_cast<std::size_t>(got));
  } else if (got == 0) {
    on_peer_end();
  } else if (errno != EAGAIN && errno != EINTR) {
    close();
  }
}

// Until this turn's bytes are used up: if there are more, the socket says so in the next.
void Connection::read_tls() {
  while (is_open() && !paused_ && !read_ended_) {
    const TlsResult result = tls_->read(loop_.read_buffer());
    switch (result.status) {
      case TlsStatus::done:
        give(result.bytes);
        continue;
      case TlsStatus::want_read:
        break;
      case TlsStatus::want_write:
        break;
      case TlsStatus::closed:
        on_peer_end();
        break;
      case TlsStatus::failed:
        close();
        break;
    }
    if (is_open() && tls_->unsent()) touch();
    return;
  }
}

void Connection::read_again() {
  again_ = false;
  if (!is_open()) return;
  tls_->begin_turn(tls_bytes_a_turn);
  read_tls();
}

void Connection::give(std::size_t bytes) {
  loop_.metrics().bytes_received.add(bytes);
  if (!ending_) handler_->on_data(loop_.read_buffer().first(bytes));
}

void Connection::on_peer_end() {
  read_ended_ = true;
  if (writing_ended_) {
    close();
    return;
  }
  watch_again();
  if (!ending_) handler_->on_end();
}

void Connection::on_timer(TimePoint now) {
  if (!is_open()) return;
  if (ending_) {
    const auto left = static_cast<std::uint32_t>(unsent_bytes());
    const bool goes_on = !writing_ended_ && left != std::exchange(left_bytes_, left);
    // A timer is that coarse, however short the age.
    const milliseconds between_looks = std::max(limits_.age_max, TimerWheel::tick);
    if (!goes_on || ++left_looks_ * between_looks >= last_words_time) {
      close();
      return;
    }
    loop_.timers().schedule(*this, now + limits_.age_max);
    return;
  }
  if (blocked_) check_outbox_limits();
  // By what waits the longest: since the last look it has waited for a part of its time already.
  if (blocked_) ensure_timer(now + limits_.age_max - outbox_.waiting(now));
  if (is_open() && !ending_) handler_->on_timer(now);
}

// ── Writing ──

std::size_t Connection::unsent_bytes() const {
  return outbox_.bytes() + (uses_tls() ? tls_->unsent_bytes() : 0);
}

// More is queued than may wait, and the turn goes on. Whoever sends may be on its way through many
// connections and must not lose one here: so nothing is closed, and nobody told, before the loop
// comes to write.
void Connection::write_early() {
  const bool may_write = !blocked_ && !handshaking_ && !in_batch_;
  while (may_write && outbox_.bytes() > limits_.bytes_max && write_some()) {
  }
  overflowed_ = outbox_.bytes() > limits_.bytes_max;
}

// False if the socket takes no more, for whatever reason: the loop's next write sees it.
bool Connection::write_some() {
  std::array<iovec, iovecs_max> iovecs;
  const std::size_t count = outbox_.gather(iovecs);
  if (uses_tls()) return offer_to_tls(std::span(iovecs).first(count)) == TlsStatus::done;
  SendItem item{fd(), iovecs.data(), static_cast<std::uint32_t>(count), 0};
  send_now(item);
  if (item.result <= 0) return false;
  outbox_.pop(static_cast<std::size_t>(item.result));
  loop_.metrics().bytes_sent.add(static_cast<std::uint64_t>(item.result));
  return true;
}

void Connection::on_written(std::int64_t result, std::size_t wanted) {
  in_batch_ = false;
  if (!is_open()) return;
  if (result < 0 && result != -EAGAIN) {
    close();  // the peer is gone
    return;
  }
  const std::size_t taken = result < 0 ? 0 : static_cast<std::size_t>(result);
  outbox_.pop(taken);
  loop_.metrics().bytes_sent.add(taken);
  after_write(taken == wanted);
}

void Connection::write_alone() {
  if (blocked_) {
    check_outbox_limits();
  } else if (!handshaking_) {
    write_tls();
  }
}

void Connection::write_tls() {
  std::array<iovec, iovecs_max> iovecs;
  const TlsStatus status = offer_to_tls(std::span(iovecs).first(outbox_.gather(iovecs)));
  if (status == TlsStatus::failed || status == TlsStatus::closed) {
    close();
    return;
  }
  after_write(status == TlsStatus::done);
}

// What TLS accepts is popped, although the socket may not have taken all of its last record.
TlsStatus Connection::offer_to_tls(std::span<const iovec> iovecs) {
  const std::size_t unsent_before = tls_->unsent_bytes();
  const TlsResult result = tls_->write(iovecs);
  const std::size_t given = unsent_before + result.bytes;
  outbox_.pop(result.bytes, given - std::min(given, tls_->unsent_bytes()));
  loop_.metrics().bytes_sent.add(result.bytes);
  return result.status == TlsStatus::done && tls_->unsent() ? TlsStatus::want_write : result.status;
}

void Connection::after_write(bool all_taken) {
  if (!all_taken) {
    outbox_.mark(loop_.now(), unsent_bytes() - outbox_.bytes());
    const bool was_blocked = std::exchange(blocked_, true);
    watch_again();
    // While something waits to be sent, its age is looked at.
    if (!was_blocked) ensure_timer(loop_.now() + limits_.age_max);
    check_outbox_limits();
    return;
  }
  if (overflowed_ && !ending_) {
    check_outbox_limits();
    return;
  }
  if (!outbox_.empty()) {
    touch();  // more than one write takes: the rest follows
    return;
  }
  if (ending_) {
    finish_ending();
  } else {
    handler_->on_drained();
  }
}

void Connection::finish_ending() {
  if (writing_ended_) return;
  if (uses_tls() && !handshaking_) {
    tls_->shutdown();
    if (tls_->unsent()) {
      blocked_ = true;
      watch_again();
      return;
    }
  }
  writing_ended_ = true;
  if (read_ended_) {
    close();
    return;
  }
  ::shutdown(fd(), SHUT_WR);
  loop_.timers().schedule(*this, loop_.now() + linger);
}

void Connection::check_outbox_limits() {
  if (ending_) return;
  const bool too_much = overflowed_ || outbox_.bytes() > limits_.bytes_max;
  if (!too_much && outbox_.waiting(loop_.now()) < limits_.age_max) return;
  overflowed_ = false;  // for the handler's last words
  loop_.metrics().outbox_overflows.add();
  handler_->on_overflow();
  if (!ending_) close();
}

}  // namespace river::net
