// TlsContext: the certificate and key of a server, and how it speaks TLS: 1.2 and 1.3, with forward
// secrecy, HTTP/1.1 by ALPN, session tickets.
//
// Tickets are sealed with TicketKeys of the loaded pair: a reload makes new ones, and clients then
// make one full handshake. Nothing is kept per session.
//
// Thread: all. A reload changes what new handshakes use; those under way keep what they have.
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "net/tls_stream.h"

extern "C" {
struct ssl_ctx_st;
}

namespace river::net {

class TlsContext {
 public:
  // Two PEM files: the certificate with its chain, leaf first, and its key without passphrase. The
  // error says which file, why, and what to do. A certificate that has expired is only warned of.
  [[nodiscard]] static std::expected<std::unique_ptr<TlsContext>, std::string> load(
      std::string certificate_path, std::string key_path);

  // Reads the files again. After an error all stays as it was.
  [[nodiscard]] std::expected<void, std::string> reload();

  // The server's end for a socket that has just been accepted, and that outlives it.
  [[nodiscard]] std::unique_ptr<TlsStream> accept(int fd) const;

 private:
  using Settings = std::shared_ptr<ssl_ctx_st>;

  TlsContext(std::string certificate_path, std::string key_path);

  const std::string certificate_path_;
  const std::string key_path_;
  mutable std::mutex mutex_;
  Settings settings_;  // guarded by mutex_; what it points to is not changed any more
};

}  // namespace river::net
