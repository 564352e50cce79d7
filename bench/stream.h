// Stream: one connection of a client, in clear or over TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "client_tls.h"
#include "net/file_descriptor.h"

namespace river::bench {

class Stream {
 public:
  struct Target {
    std::uint16_t port = 0;
    ClientTls* tls = nullptr;  // none: in clear
    bool resume = true;        // TLS
    int receive_bytes = 0;     // of the socket's buffer; 0: the system's choice
  };

  Stream() = default;
  // Waits for the connection and the TLS handshake; from then on it never blocks.
  explicit Stream(const Target& target);

  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  [[nodiscard]] bool resumed() const;  // TLS

  enum class Outcome : std::uint8_t { bytes, nothing_yet, ended, broken };
  struct Read {
    Outcome outcome;
    std::size_t size = 0;
  };
  [[nodiscard]] Read read(char* buffer, std::size_t size);
  // Of a few hundred bytes, which the socket takes at once. False: the connection is gone.
  [[nodiscard]] bool write(std::string_view bytes);

  void close();
  // The other side gets a reset, and no port of this side stays taken.
  void cut();

 private:
  net::FileDescriptor socket_;
  ClientTls::Connection tls_{nullptr, nullptr};
};

}  // namespace river::bench
