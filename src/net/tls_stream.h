// TlsStream: the server's end of one TLS connection over a socket. Never blocks.
//
//   handshake() until done ▸ read() and write() ▸ shutdown() ▸ close the socket
//
// Bytes that write() accepts are encrypted at once and belong to the stream, which may hold up to a
// record that the socket did not take. While `unsent()`, wait until the socket is writable and call
// flush() or write(): also when there is nothing more to say, and before closing the socket.
//
// Owns: the OpenSSL state. Borrows: the socket. Thread: its loop's. Does not move, since OpenSSL
// holds its address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

#include "net/tls_wire.h"

extern "C" {
struct ssl_st;
}

namespace river::net {

enum class TlsStatus : std::uint8_t {
  done,        // it has happened
  want_read,   // go on when the socket is readable
  want_write,  // go on when the socket is writable
  closed,      // the peer has ended the stream
  failed,      // beyond use: close the socket; failure() says why
};

struct TlsResult {
  TlsStatus status;
  std::size_t bytes = 0;
};

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};

class TlsStream {
 public:
  // Keys that a peer may replace in one turn. Each costs some ten times what the peer's message
  // does; who means well does it after millions of records.
  static constexpr std::uint32_t key_updates_a_turn = 16;

  // For TlsContext::accept.
  TlsStream(std::unique_ptr<ssl_st, SslDeleter> ssl, int fd);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // What is read until the next call takes no more than these bytes off the socket. Without it a
  // peer who sends fast enough is read for ever. When they are used up, the answer is want_read,
  // and the socket still readable.
  void begin_turn(std::size_t wire_bytes_max);

  // done, want_read, want_write, closed or failed.
  [[nodiscard]] TlsStatus handshake();

  // done, with one byte at least; or want_read, closed or failed, with none.
  [[nodiscard]] TlsResult read(std::span<char> out);
  // Whether read() may have something to say although the socket is not readable: it has been read
  // ahead.
  [[nodiscard]] bool pending() const;

  // done, want_write or failed. Gathers small pieces into records of up to 16 KiB. `bytes` says how
  // many were accepted, whatever the status; done says all.
  [[nodiscard]] TlsResult write(std::span<const iovec> iovecs);

  [[nodiscard]] bool unsent() const { return unsent_bytes() > 0; }
  [[nodiscard]] std::size_t unsent_bytes() const { return wire_.unsent_bytes(); }
  // done, want_write or failed.
  [[nodiscard]] TlsStatus flush();

  // Says close_notify, once, behind what was written.
  void shutdown();

  // Whether the client came back with a ticket, which saves most of the handshake.
  [[nodiscard]] bool session_reused() const;
  [[nodiscard]] std::string failure() const;

 private:
  // What OpenSSL tells of each message of the protocol.
  static void on_message(int is_ours, int version, int kind, const void* message, std::size_t bytes,
                         ssl_st* ssl, void* stream);
  [[nodiscard]] TlsStatus status_after(int result);
  TlsStatus fail();
  [[nodiscard]] bool has_failed() const { return failed_ || wire_.error() != 0; }

  TlsWire wire_;                             // outlives ssl_, which writes to it
  std::unique_ptr<ssl_st, SslDeleter> ssl_;  // may be the larger part of a connection's memory
  std::uint32_t failure_ = 0;                // OpenSSL's code
  std::uint32_t key_updates_ = 0;            // of the peer, in this turn
  bool failed_ = false;
};

}  // namespace river::net
