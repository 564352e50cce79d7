// ClientTls: how a crowd speaks TLS. Certificates are not looked at. It keeps the last ticket, so
// that later connections can resume.
#pragma once

#include <memory>

#include <openssl/ssl.h>

namespace river::bench {

class ClientTls {
 public:
  ClientTls();
  ~ClientTls();
  ClientTls(const ClientTls&) = delete;
  ClientTls& operator=(const ClientTls&) = delete;

  using Connection = std::unique_ptr<SSL, void (*)(SSL*)>;

  // Shakes hands over a blocking socket; fails if that does.
  [[nodiscard]] Connection connect(int fd, bool resume);

 private:
  static int remember(SSL* ssl, SSL_SESSION* session);

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> session_;
};

}  // namespace river::bench
