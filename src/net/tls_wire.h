// TlsWire: the encrypted side of a TLS connection, which OpenSSL takes for its socket.
//
//   OpenSSL ──▶ send() ──▶ socket
//               └▶ unsent_ (what the socket did not take)
//
// To OpenSSL a write never blocks: what the socket does not take is kept here and sent first, the
// next time. So a record is made once and never retried, and nobody must remember to offer the same
// bytes again. TlsStream makes no further record while any are kept.
//
// Reading stops when what was allowed has been read, as if the socket had no more: OpenSSL goes on
// until it has something to give, and there are records that give nothing, as many as a peer likes.
//
// Borrows: the socket. Thread: its loop's. Limits: `unsent_bytes_max`, over which the connection
// fails: only a peer that asks for answers and does not read gets there.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

extern "C" {
struct bio_st;
}

namespace river::net {

class TlsWire {
 public:
  // A record of 16 KiB, or the longest flight of a handshake, with room to spare.
  static constexpr std::size_t unsent_bytes_max = std::size_t{64} * 1024;

  explicit TlsWire(int fd) : fd_(fd) {}
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;

  // What OpenSSL reads and writes through; the caller owns it and frees it before this.
  [[nodiscard]] bio_st* make_bio();

  // Sends what is kept, as far as the socket takes it.
  void flush();
  [[nodiscard]] std::size_t unsent_bytes() const { return unsent_.size() - unsent_begin_; }
  // From now on, until this is called again. Without a call, any number.
  void allow_to_read(std::size_t bytes) { readable_bytes_ = bytes; }
  [[nodiscard]] int error() const { return error_; }  // the errno that ended it, or 0
  void fail(int error) { error_ = error; }

 private:
  friend struct TlsWireBio;

  // False when the connection has failed.
  [[nodiscard]] bool send(std::span<const char> bytes);
  [[nodiscard]] std::size_t send_some(std::span<const char> bytes);

  int fd_;
  int error_ = 0;
  std::size_t readable_bytes_ = std::numeric_limits<std::size_t>::max();
  std::size_t unsent_begin_ = 0;
  std::vector<char> unsent_;  // owns nothing while the socket keeps up
};

}  // namespace river::net
