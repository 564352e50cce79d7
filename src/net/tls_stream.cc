#include "net/tls_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace river::net {
namespace {

constexpr std::size_t record_bytes_max = SSL3_RT_MAX_PLAIN_LENGTH;

// Cuts pieces into what becomes one record each. Many small messages in one record cost one
// encryption and one send instead of many.
class RecordCutter {
 public:
  explicit RecordCutter(std::span<const iovec> iovecs) : iovecs_(iovecs) { skip(0); }

  // Empty at the end. Valid until the next call, also of another RecordCutter of this thread.
  [[nodiscard]] std::string_view next() {
    if (iovecs_.empty()) return {};
    const std::string_view front = rest_of_front();
    if (front.size() >= record_bytes_max || iovecs_.size() == 1) {
      const std::string_view record = front.substr(0, record_bytes_max);
      skip(record.size());
      return record;
    }
    return gather();
  }

 private:
  [[nodiscard]] std::string_view gather() {
    thread_local std::array<char, record_bytes_max> scratch;
    std::size_t size = 0;
    while (!iovecs_.empty() && size < scratch.size()) {
      const std::string_view piece = rest_of_front().substr(0, scratch.size() - size);
      std::memcpy(scratch.data() + size, piece.data(), piece.size());
      size += piece.size();
      skip(piece.size());
    }
    return {scratch.data(), size};
  }

  [[nodiscard]] std::string_view rest_of_front() const {
    const iovec& front = iovecs_.front();
    return std::string_view(static_cast<const char*>(front.iov_base), front.iov_len)
        .substr(front_used_);
  }

  // Leaves the front on a piece that has bytes left.
  void skip(std::size_t bytes) {
    front_used_ += bytes;
    while (!iovecs_.empty() && front_used_ == iovecs_.front().iov_len) {
      iovecs_ = iovecs_.subspan(1);
      front_used_ = 0;
    }
  }

  std::span<const iovec> iovecs_;
  std::size_t front_used_ = 0;
};

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const {
  ::SSL_free(ssl);
}

TlsStream::TlsStream(std::unique_ptr<ssl_st, SslDeleter> ssl, int fd)
    : wire_(fd), ssl_(std::move(ssl)) {
  BIO* bio = wire_.make_bio();
  ::SSL_set_bio(ssl_.get(), bio, bio);
  ::SSL_set_accept_state(ssl_.get());
  ::SSL_set_msg_callback(ssl_.get(), on_message);
  SSL_set_msg_callback_arg(ssl_.get(), this);
}

void TlsStream::begin_turn(std::size_t wire_bytes_max) {
  wire_.allow_to_read(wire_bytes_max);
  key_updates_ = 0;
}

void TlsStream::on_message(int is_ours, int /*version*/, int kind, const void* message,
                           std::size_t bytes, ssl_st* /*ssl*/, void* stream) {
  if (is_ours != 0 || kind != SSL3_RT_HANDSHAKE || bytes == 0) return;
  if (*static_cast<const unsigned char*>(message) != SSL3_MT_KEY_UPDATE) return;
  auto& self = *static_cast<TlsStream*>(stream);
  if (++self.key_updates_ > key_updates_a_turn) self.wire_.fail(EPROTO);
}

TlsStatus TlsStream::handshake() {
  if (const TlsStatus status = flush(); status != TlsStatus::done) return status;
  ::ERR_clear_error();
  const int result = ::SSL_do_handshake(ssl_.get());
  const TlsStatus status = result == 1 ? TlsStatus::done : status_after(result);
  // What the peer must see before it goes on is still here.
  const bool goes_on = status == TlsStatus::done || status == TlsStatus::want_read;
  return goes_on && unsent() ? TlsStatus::want_write : status;
}

TlsResult TlsStream::read(std::span<char> out) {
  if (has_failed()) return {TlsStatus::failed};
  std::size_t size = 0;
  while (size < out.size()) {
    ::ERR_clear_error();
    std::size_t bytes = 0;
    const int result = ::SSL_read_ex(ssl_.get(), out.data() + size, out.size() - size, &bytes);
    if (result != 1) {
      const TlsStatus status = status_after(result);
      // An end that comes right behind bytes is told by the next call.
      return size > 0 ? TlsResult{TlsStatus::done, size} : TlsResult{status};
    }
    size += bytes;
  }
  return {TlsStatus::done, size};
}

bool TlsStream::pending() const {
  const bool ended = (::SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  return ended || has_failed() || ::SSL_has_pending(ssl_.get()) == 1;
}

TlsResult TlsStream::write(std::span<const iovec> iovecs) {
  if (const TlsStatus status = flush(); status != TlsStatus::done) return {status};
  std::size_t accepted = 0;
  RecordCutter records(iovecs);
  for (auto record = records.next(); !record.empty(); record = records.next()) {
    ::ERR_clear_error();
    std::size_t bytes = 0;
    const int result = ::SSL_write_ex(ssl_.get(), record.data(), record.size(), &bytes);
    // Never blocked, since the wire takes all. Only a peer that cuts a message of TLS itself in
    // two, which none does, could make it wait for the rest: that is the end too, not a wait.
    if (result != 1) return {fail(), accepted};
    accepted += bytes;
    if (unsent()) return {TlsStatus::want_write, accepted};
  }
  return {TlsStatus::done, accepted};
}

TlsStatus TlsStream::flush() {
  if (!has_failed()) wire_.flush();
  if (has_failed()) return TlsStatus::failed;
  return unsent() ? TlsStatus::want_write : TlsStatus::done;
}

void TlsStream::shutdown() {
  const bool said = (::SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  if (said || has_failed() || ::SSL_is_init_finished(ssl_.get()) == 0) return;
  ::ERR_clear_error();
  // Its result tells whether the peer has answered, which does not matter.
  static_cast<void>(::SSL_shutdown(ssl_.get()));
  ::ERR_clear_error();
}

bool TlsStream::session_reused() const {
  return ::SSL_session_reused(ssl_.get()) == 1;
}

std::string TlsStream::failure() const {
  if (!has_failed()) return "";
  if (wire_.error() != 0) return std::generic_category().message(wire_.error());
  const char* reason = ::ERR_reason_error_string(failure_);
  return reason == nullptr ? "protocol error" : reason;
}

TlsStatus TlsStream::status_after(int result) {
  const int error = ::SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ) return TlsStatus::want_read;
  if (error == SSL_ERROR_ZERO_RETURN) return TlsStatus::closed;
  return fail();
}

// Leaves OpenSSL's error queue empty: it is the thread's, and the next connection's.
TlsStatus TlsStream::fail() {
  failed_ = true;
  failure_ = static_cast<std::uint32_t>(::ERR_peek_error());
  ::ERR_clear_error();
  return TlsStatus::failed;
}

}  // namespace river::net
