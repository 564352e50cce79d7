#include "net/tls_context.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/assert.h"
#include "base/log.h"
#include "net/ticket_keys.h"

namespace river::net {
namespace {

template <auto free>
struct Free {
  template <typename Object>
  void operator()(Object* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<::BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<::EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<::SSL_CTX_free>>;
using Status = std::expected<void, std::string>;

// The first error in OpenSSL's queue, which is emptied.
std::string openssl_reason() {
  const unsigned long code = ::ERR_peek_error();
  ::ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = ::ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

// ALPN: HTTP/1.1 or nothing. A client that only speaks something else is refused (RFC 7301 §3.2).
int select_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::string_view protocol = "http/1.1";
  const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
  for (std::size_t at = 0; at < list.size();) {  // each with its length before it
    const std::size_t size = offered[at];
    if (list.substr(at + 1, size) == protocol) {
      *out = offered + at + 1;
      *out_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    at += 1 + size;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void free_ticket_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
  const std::unique_ptr<TicketKeys> owner(static_cast<TicketKeys*>(keys));
}

int ticket_keys_index() {
  static const int index =
      ::SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_ticket_keys);
  RIVER_ASSERT(index >= 0);
  return index;
}

bool set_up_mac(EVP_MAC_CTX* mac, TicketKey& key) {
  char digest[] = "SHA256";
  const std::array parameters{
      ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      ::OSSL_PARAM_construct_end()};
  return ::EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

// OpenSSL's question what to seal a ticket with, or to open it. 0 says that the ticket is of no
// use, 1 that it is, 2 that it is and that the client should get another.
int choose_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac, int sealing) {
  auto& keys =
      *static_cast<TicketKeys*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), ticket_keys_index()));
  const EVP_CIPHER* const algorithm = ::EVP_aes_256_cbc();
  if (sealing != 0) {
    TicketKey key = keys.to_seal(steady_now());
    std::ranges::copy(key.name, name);
    const bool ready =
        ::RAND_bytes(iv, ::EVP_CIPHER_get_iv_length(algorithm)) == 1 &&
        ::EVP_EncryptInit_ex(cipher, algorithm, nullptr, key.cipher.data(), iv) == 1 &&
        set_up_mac(mac, key);
    return ready ? 1 : -1;
  }
  TicketKey::Name wanted;
  std::copy_n(name, wanted.size(), wanted.begin());
  auto key = keys.to_open(wanted, steady_now());
  if (!key.has_value()) return 0;
  const bool ready =
      ::EVP_DecryptInit_ex(cipher, algorithm, nullptr, key->cipher.data(), iv) == 1 &&
      set_up_mac(mac, *key);
  // One of TLS 1.3 is for one use (RFC 8446, C.4).
  return !ready ? -1 : ::SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1;
}

Context make_context() {
  Context context(::SSL_CTX_new(::TLS_server_method()));
  RIVER_ASSERT(context != nullptr);
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  // An end without close_notify is taken as an end, as browsers make it: HTTP and WebSocket know
  // themselves where a message is cut short.
  ::SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
  const int known = ::SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  RIVER_ASSERT(known == 1);
  // An idle connection owns no buffers. The buffer of a write may differ when it is tried again.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(raw, 1);  // one system call a record instead of two
  // Tickets only. One is enough: a client that resumes gets the next.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(raw, 1);
  auto keys = std::make_unique<TicketKeys>(steady_now());
  const int kept = ::SSL_CTX_set_ex_data(raw, ticket_keys_index(), keys.get());
  RIVER_ASSERT(kept == 1);
  static_cast<void>(keys.release());  // the context's now
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(raw, choose_ticket_key);
  static constexpr std::array<unsigned char, 5> session_context = {'r', 'i', 'v', 'e', 'r'};
  ::SSL_CTX_set_session_id_context(raw, session_context.data(), session_context.size());
  ::SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
  return context;
}

// Told apart from a bad content, since OpenSSL's own words for it are poor.
Status check_readable(std::string_view what, const std::string& path) {
  errno = 0;
  const std::ifstream file(path);
  if (file) return {};
  return std::unexpected(fmt::format("cannot read the TLS {} '{}': {}", what, path,
                                     std::generic_category().message(errno)));
}

void warn_of_dates(const std::string& path, const X509& certificate) {
  if (::X509_cmp_current_time(::X509_get0_notAfter(&certificate)) < 0) {
    log_warning("the TLS certificate has expired: clients will refuse it", {{"file", path}});
  }
  if (::X509_cmp_current_time(::X509_get0_notBefore(&certificate)) > 0) {
    log_warning("the TLS certificate is not valid yet: is the clock right?", {{"file", path}});
  }
}

Status use_certificate(SSL_CTX& context, const std::string& path) {
  if (auto readable = check_readable("certificate", path); !readable) return readable;
  ::ERR_clear_error();
  if (::SSL_CTX_use_certificate_chain_file(&context, path.c_str()) != 1) {
    return std::unexpected(fmt::format(
        "the TLS certificate '{}' cannot be used: {}; it must be a PEM file, the server's "
        "certificate first and then its chain",
        path, openssl_reason()));
  }
  warn_of_dates(path, *::SSL_CTX_get0_certificate(&context));
  return {};
}

// OpenSSL asks for a passphrase here, and would ask on the terminal otherwise.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::expected<Key, std::string> read_key(const std::string& path) {
  if (auto readable = check_readable("key", path); !readable) {
    return std::unexpected(readable.error());
  }
  ::ERR_clear_error();
  const Bio file(::BIO_new_file(path.c_str(), "r"));
  bool passphrase_asked = false;
  Key key(file == nullptr ? nullptr
                          : ::PEM_read_bio_PrivateKey(file.get(), nullptr, refuse_passphrase,
                                                      &passphrase_asked));
  if (key != nullptr) return key;
  const std::string reason = openssl_reason();
  if (passphrase_asked) {
    return std::unexpected(
        fmt::format("the TLS key '{0}' is protected by a passphrase; write it without one: "
                    "openssl pkey -in '{0}' -out key.pem",
                    path));
  }
  return std::unexpected(
      fmt::format("the TLS key '{}' cannot be used: {}; it must be a PEM file", path, reason));
}

Status use_key(SSL_CTX& context, const std::string& path, const std::string& certificate_path) {
  const auto key = read_key(path);
  if (!key) return std::unexpected(key.error());
  if (::X509_check_private_key(::SSL_CTX_get0_certificate(&context), key->get()) != 1) {
    ::ERR_clear_error();
    return std::unexpected(fmt::format(
        "the TLS key '{}' does not belong to the certificate '{}'; give the pair that was issued "
        "together, the server's certificate first in its file",
        path, certificate_path));
  }
  if (::SSL_CTX_use_PrivateKey(&context, key->get()) == 1) return {};
  return std::unexpected(
      fmt::format("the TLS key '{}' cannot be used: {}", path, openssl_reason()));
}

}  // namespace

TlsContext::TlsContext(std::string certificate_path, std::string key_path)
    : certificate_path_(std::move(certificate_path)), key_path_(std::move(key_path)) {}

std::expected<std::unique_ptr<TlsContext>, std::string> TlsContext::load(
    std::string certificate_path, std::string key_path) {
  std::unique_ptr<TlsContext> context(
      new TlsContext(std::move(certificate_path), std::move(key_path)));
  if (auto loaded = context->reload(); !loaded) return std::unexpected(loaded.error());
  return context;
}

std::expected<void, std::string> TlsContext::reload() {
  Context context = make_context();
  if (auto used = use_certificate(*context, certificate_path_); !used) return used;
  if (auto used = use_key(*context, key_path_, certificate_path_); !used) return used;
  Settings settings = std::move(context);
  const std::lock_guard lock(mutex_);
  settings_.swap(settings);
  return {};
}

std::unique_ptr<TlsStream> TlsContext::accept(int fd) const {
  Settings settings;
  {
    const std::lock_guard lock(mutex_);
    settings = settings_;
  }
  // The stream keeps the settings for as long as it lives.
  std::unique_ptr<ssl_st, SslDeleter> ssl(::SSL_new(settings.get()));
  RIVER_ASSERT(ssl != nullptr);
  return std::make_unique<TlsStream>(std::move(ssl), fd);
}

}  // namespace river::net
