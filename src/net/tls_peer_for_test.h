// For tests: a peer that speaks TLS, over a socket of its own.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/peer_for_test.h"
#include "net/tls_testing.h"

namespace river::net {

class TlsPeer final : public Peer {
 public:
  // With `first_words`, they come in one packet with the end of the handshake.
  explicit TlsPeer(FileDescriptor socket, std::string_view first_words = {})
      : Peer(std::move(socket)) {
    while (!client_.handshake()) {
      put_out();
      take_in();
    }
    if (!first_words.empty()) client_.write(first_words);
    put_out();
  }

  void send(std::string_view bytes) override { send_in_records(bytes, 16'384); }
  void send_in_records(std::string_view bytes, std::size_t record_bytes) {
    while (!bytes.empty()) {
      const std::string_view record = bytes.substr(0, record_bytes);
      client_.write(record);
      bytes.remove_prefix(record.size());
    }
    put_out();
  }
  [[nodiscard]] std::string receive_some(std::size_t bytes_max) override {
    while (read_.empty()) {
      read_ = client_.read();
      if (read_.empty() && !take_in()) return {};
    }
    const std::string some = read_.substr(0, bytes_max);
    read_.erase(0, some.size());
    return some;
  }
  // In one packet: this, and that it was all.
  void send_last(std::string_view bytes) {
    client_.write(bytes);
    client_.say_goodbye();
    put_out();
  }
  [[nodiscard]] bool was_told_the_end() const { return client_.was_told_the_end(); }

 private:
  void put_out() { Peer::send(client_.output()); }
  bool take_in() {
    const std::string bytes = Peer::receive_some();
    client_.input(bytes);
    return !bytes.empty();
  }

  testing_tls::Client client_;
  std::string read_;
};

// A server's certificate, made for the test.
class TlsServer {
 public:
  TlsServer() {
    const testing_tls::PemPair pair = testing_tls::make_certificate("localhost");
    context_ = TlsContext::load(folder_.write("cert.pem", pair.certificate),
                                folder_.write("key.pem", pair.key))
                   .value();
  }
  [[nodiscard]] TlsContext& context() { return *context_; }

 private:
  testing_tls::TemporaryDirectory folder_;
  std::unique_ptr<TlsContext> context_;
};

}  // namespace river::net
