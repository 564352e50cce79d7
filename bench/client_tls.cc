#include "client_tls.h"

#include <openssl/ssl.h>

#include "fail.h"

namespace river::bench {
namespace {

// Without these marks OpenSSL takes the connection for broken, and its ticket with it.
void free_connection(SSL* connection) {
  ::SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ::SSL_free(connection);
}

}  // namespace

ClientTls::ClientTls()
    : context_(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free),
      session_(nullptr, ::SSL_SESSION_free) {
  SSL_CTX* raw = context_.get();
  ::SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  ::SSL_CTX_sess_set_new_cb(raw, remember);
  ::SSL_CTX_set_ex_data(raw, 0, this);
}

ClientTls::~ClientTls() = default;

// The ticket comes behind the handshake (TLS 1.3), so with the first that is read.
int ClientTls::remember(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<ClientTls*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), 0));
  self->session_.reset(session);
  return 1;  // it is ours now
}

ClientTls::Connection ClientTls::connect(int fd, bool resume) {
  Connection connection(::SSL_new(context_.get()), free_connection);
  ::SSL_set_fd(connection.get(), fd);
  if (resume && session_ != nullptr) ::SSL_set_session(connection.get(), session_.get());
  if (::SSL_connect(connection.get()) != 1) fail("the TLS handshake failed");
  return connection;
}

}  // namespace river::bench
