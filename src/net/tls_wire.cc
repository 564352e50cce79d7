#include "net/tls_wire.h"

#include <algorithm>
#include <cerrno>

#include <openssl/bio.h>
#include <sys/socket.h>

#include "base/assert.h"

namespace river::net {

void TlsWire::flush() {
  if (unsent_bytes() == 0) return;
  unsent_begin_ += send_some(std::span(unsent_).subspan(unsent_begin_));
  if (unsent_bytes() == 0 || error_ != 0) {
    unsent_ = std::vector<char>();
    unsent_begin_ = 0;
  }
}

bool TlsWire::send(std::span<const char> bytes) {
  flush();
  if (unsent_bytes() == 0) bytes = bytes.subspan(send_some(bytes));
  if (error_ == 0 && unsent_bytes() + bytes.size() > unsent_bytes_max) error_ = ENOBUFS;
  if (error_ != 0) return false;
  unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
  return true;
}

// How much the socket took. MSG_NOSIGNAL: a peer that is gone must not end the program.
std::size_t TlsWire::send_some(std::span<const char> bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size() && error_ == 0) {
    const ssize_t result =
        ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (result >= 0) {
      sent += static_cast<std::size_t>(result);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  return sent;
}

// The functions that OpenSSL calls.
struct TlsWireBio {
  static TlsWire& wire_of(BIO* bio) { return *static_cast<TlsWire*>(::BIO_get_data(bio)); }

  static int write(BIO* bio, const char* data, int size) {
    const bool sent = wire_of(bio).send(std::span(data, static_cast<std::size_t>(size)));
    return sent ? size : -1;
  }

  static int read(BIO* bio, char* out, int size) {
    TlsWire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    if (wire.error_ != 0) return -1;
    const std::size_t room = std::min(static_cast<std::size_t>(size), wire.readable_bytes_);
    if (room == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    ssize_t result = 0;
    do {
      result = ::recv(wire.fd_, out, room, MSG_DONTWAIT);
    } while (result < 0 && errno == EINTR);
    if (result > 0) wire.readable_bytes_ -= static_cast<std::size_t>(result);
    if (result == 0) ::BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    if (result < 0 && errno == EAGAIN) {
      BIO_set_retry_read(bio);
    } else if (result < 0) {
      wire.error_ = errno;
    }
    return static_cast<int>(result);
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;  // done as far as OpenSSL needs to know
    if (command == BIO_CTRL_EOF) return ::BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const instance = [] {
      BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "TlsWire");
      RIVER_ASSERT(made != nullptr);
      ::BIO_meth_set_write(made, write);
      ::BIO_meth_set_read(made, read);
      ::BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return instance;
  }
};

bio_st* TlsWire::make_bio() {
  BIO* bio = ::BIO_new(TlsWireBio::method());
  RIVER_ASSERT(bio != nullptr);
  ::BIO_set_data(bio, this);
  ::BIO_set_init(bio, 1);
  return bio;
}

}  // namespace river::net
