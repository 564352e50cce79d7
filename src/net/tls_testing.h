// For tests of TLS: self-signed certificates, a directory to put them in, and a client whose bytes
// the test carries by hand, so that it can cut, delay and forge them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tls_context.h"

namespace river::net::testing_tls {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "river-tls-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(std::string_view name) const { return path_ / name; }
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

struct PemPair {
  std::string certificate;
  std::string key;
};

inline std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

// Valid from yesterday to `days_left` days from now.
inline PemPair make_certificate(const char* name, int days_left = 30,
                                const char* passphrase = nullptr) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  ::EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&::X509_free)> certificate(::X509_new(), ::X509_free);
  ::X509_set_version(certificate.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), std::rand() + 1);
  ::X509_time_adj_ex(::X509_getm_notBefore(certificate.get()), days_left < 0 ? -60 : -1, 0,
                     nullptr);
  ::X509_time_adj_ex(::X509_getm_notAfter(certificate.get()), days_left, 0, nullptr);
  ::X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = ::X509_get_subject_name(certificate.get());
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  ::X509_set_issuer_name(certificate.get(), subject);
  ::X509_sign(certificate.get(), key.get(), ::EVP_sha256());

  const std::unique_ptr<BIO, decltype(&::BIO_free)> out(::BIO_new(::BIO_s_mem()), ::BIO_free);
  PemPair pair;
  ::PEM_write_bio_X509(out.get(), certificate.get());
  pair.certificate = text_of(out.get());
  BIO_reset(out.get());
  ::PEM_write_bio_PrivateKey(
      out.get(), key.get(), passphrase == nullptr ? nullptr : ::EVP_aes_128_cbc(),
      reinterpret_cast<const unsigned char*>(passphrase),
      passphrase == nullptr ? 0 : static_cast<int>(std::strlen(passphrase)), nullptr, nullptr);
  pair.key = text_of(out.get());
  return pair;
}

// The two ends of a connection; the client's end is only carried to and from by `carry`.
class Wire {
 public:
  Wire() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()),
              0);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() {
    ::close(ends_[0]);
    close_client();
  }

  [[nodiscard]] int server() const { return ends_[0]; }
  void close_client() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void shrink_buffers() const {
    const int bytes = 2048;
    for (const int fd : ends_) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  }
  // Returns how many bytes fitted.
  std::size_t to_server(std::string_view bytes) const {
    const ssize_t sent = ::send(ends_[1], bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  [[nodiscard]] std::string from_server(std::size_t bytes_max = 1'000'000) const {
    std::string text(bytes_max, '\0');
    std::size_t size = 0;
    ssize_t received = 0;
    while ((received = ::recv(ends_[1], text.data() + size, text.size() - size, 0)) > 0) {
      size += static_cast<std::size_t>(received);
    }
    text.resize(size);
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class Client {
 public:
  Client() : context_(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free) {
    ::SSL_CTX_set_security_level(context_.get(), 0);  // what the server refuses is under test
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    ::SSL_CTX_sess_set_new_cb(context_.get(), remember_session);
    ::SSL_CTX_set_ex_data(context_.get(), 0, this);
    renew();
  }
  ~Client() { ::SSL_SESSION_free(session_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

  // A new connection, with the last ticket if one has come.
  void renew() {
    // Else OpenSSL takes the connection for broken, and its tickets with it.
    if (ssl_ != nullptr) ::SSL_set_shutdown(ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    ssl_.reset(::SSL_new(context_.get()));
    ::SSL_set_bio(ssl(), ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));
    ::SSL_set_connect_state(ssl());
    if (session_ != nullptr) ::SSL_set_session(ssl(), session_);
  }

  // What it has to send, which is then the test's to carry.
  [[nodiscard]] std::string output() const {
    BIO* out = ::SSL_get_wbio(ssl());
    std::string text = text_of(out);
    BIO_reset(out);
    return text;
  }
  void input(std::string_view bytes) const {
    ::BIO_write(::SSL_get_rbio(ssl()), bytes.data(), static_cast<int>(bytes.size()));
  }
  [[nodiscard]] bool handshake() const { return ::SSL_do_handshake(ssl()) == 1; }
  void write(std::string_view bytes) const {
    EXPECT_EQ(::SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  // All that can be read now.
  [[nodiscard]] std::string read() const {
    std::string text;
    for (std::string record = read_record(); !record.empty(); record = read_record())
      text += record;
    return text;
  }
  [[nodiscard]] std::string read_record() const {
    std::array<char, 20'000> buffer{};
    const int size = ::SSL_read(ssl(), buffer.data(), static_cast<int>(buffer.size()));
    return {buffer.data(), static_cast<std::size_t>(std::max(size, 0))};
  }
  void say_goodbye() const { ::SSL_shutdown(ssl()); }
  [[nodiscard]] bool was_told_the_end() const {
    return (::SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  [[nodiscard]] std::string server_name() const {
    const std::unique_ptr<X509, decltype(&::X509_free)> peer(::SSL_get1_peer_certificate(ssl()),
                                                             ::X509_free);
    if (peer == nullptr) return "";
    std::array<char, 100> name{};
    ::X509_NAME_get_text_by_NID(::X509_get_subject_name(peer.get()), NID_commonName, name.data(),
                                name.size());
    return name.data();
  }

 private:
  static int remember_session(SSL* ssl, SSL_SESSION* session) {
    auto* self = static_cast<Client*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), 0));
    ::SSL_SESSION_free(self->session_);
    self->session_ = session;
    return 1;  // it is ours now
  }

  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_{nullptr, ::SSL_free};
  SSL_SESSION* session_ = nullptr;
};

// A client and the server's end of its connection.
struct Connected {
  explicit Connected(const TlsContext& context, Client& the_client)
      : client(the_client), stream(context.accept(wire.server())) {}

  // Takes what the client has to say to the server, as far as the socket takes it, and back.
  void carry(std::size_t to_client_bytes_max = 1'000'000) const {
    if (unsent_to_server.empty()) unsent_to_server = client.output();
    unsent_to_server.erase(0, wire.to_server(unsent_to_server));
    client.input(wire.from_server(to_client_bytes_max));
  }

  // Until it is done or has failed; what the client saw of it too.
  TlsStatus handshake() {
    TlsStatus status = TlsStatus::want_read;
    bool client_done = false;
    for (int round = 0; round < 10'000; ++round) {
      client_done = client.handshake();
      carry();
      if (status != TlsStatus::done) status = stream->handshake();
      if (status == TlsStatus::failed || status == TlsStatus::closed) break;
      if (status == TlsStatus::done && client_done) break;
    }
    carry();
    return status == TlsStatus::done && !client_done ? TlsStatus::want_read : status;
  }

  // What the server gets of what the client has written.
  [[nodiscard]] std::string server_reads() {
    std::string text;
    std::array<char, 4'096> buffer{};
    for (int round = 0; round < 3; ++round) {
      carry();
      while (true) {
        last_read = stream->read(buffer);
        if (last_read.status != TlsStatus::done) break;
        text.append(buffer.data(), last_read.bytes);
      }
    }
    return text;
  }

  TlsResult server_writes(std::string_view bytes) const {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    return stream->write(std::span(&piece, 1));
  }

  [[nodiscard]] std::string client_reads() const {
    std::string text;
    for (int round = 0; round < 1'000; ++round) {
      static_cast<void>(stream->flush());
      carry();
      const std::string more = client.read();
      text += more;
      if (more.empty() && !stream->unsent()) break;
    }
    return text;
  }

  Wire wire;
  Client& client;
  std::unique_ptr<TlsStream> stream;
  mutable std::string unsent_to_server;
  TlsResult last_read{TlsStatus::done};
};

}  // namespace river::net::testing_tls
