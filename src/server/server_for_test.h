// For tests: a whole server on a free port, with a data directory of its own, and clients for it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/token_signer.h"
#include "server/server.h"
#include "server/temporary_directory.h"
#include "server/worker.h"
#include "transport/clients_for_test.h"

namespace river::server {

class ServerFixture : public testing::Test {
 protected:
  static constexpr std::string_view api_key = "0123456789abcdef";
  static constexpr std::string_view jwt_secret = "0123456789abcdef0123456789abcdef";

  ServerFixture() {
    config_.listen = {{"127.0.0.1", 0}};
    config_.data_dir = directory_.file("");
    config_.workers = 2;
    secrets_.api_keys = {std::string(api_key)};
    secrets_.jwt_secrets = {std::string(jwt_secret)};
  }

  void start() {
    auto node = Node::make(config_, secrets_);
    ASSERT_TRUE(node.has_value()) << node.error();
    server_ = std::make_unique<Server>(std::move(*node));
    const auto opened = server_->open();
    ASSERT_TRUE(opened.has_value()) << opened.error();
    server_->start();
  }
  // Gracefully.
  void stop() {
    server_->shut_down();
    server_.reset();
  }

  [[nodiscard]] net::Peer connect() const {
    return net::Peer::connect(server_->addresses().front());
  }
  [[nodiscard]] transport::Answer ask(const std::string& request) const {
    net::Peer peer = connect();
    peer.send(request);
    return transport::read_answer(peer);
  }
  [[nodiscard]] transport::Answer get(std::string_view target,
                                      std::string_view headers = {}) const {
    return ask(transport::get(target, headers));
  }
  [[nodiscard]] transport::Answer post(std::string_view target, std::string_view body) const {
    return ask(
        fmt::format("POST {} HTTP/1.1\r\nHost: river\r\nx-api-key: {}\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    target, api_key, body.size(), body));
  }
  void publish(std::string_view channel, std::string_view data) const {
    EXPECT_EQ(post("/publish",
                   fmt::format(R"({{"channel":"{}","eventName":"e","data":{}}})", channel, data))
                  .status(),
              204);
  }

  [[nodiscard]] static std::string token(const auth::TokenRequest& request = {.user = "ada"}) {
    return auth::sign_token(request, jwt_secret);
  }
  // A client that has shown its token; what came up to then was read.
  [[nodiscard]] net::Peer client(const std::string& shown = token()) const {
    net::Peer peer = connect();
    peer.send(transport::upgrade_request("/v1/ws?token=" + shown));
    EXPECT_EQ(transport::read_answer(peer).status(), 101);
    EXPECT_THAT(message(peer), testing::StartsWith(R"({"type":"welcome")"));
    return peer;
  }
  static std::string message(net::Peer& peer) { return transport::read_frame(peer).payload; }
  // With `since`: its fields after the channel. Returns the answer.
  static std::string subscribe(net::Peer& peer, std::string_view channel,
                               std::string_view since = {}) {
    peer.send(transport::text_frame(
        fmt::format(R"({{"type":"subscribe","channel":"{}"{}}})", channel, since)));
    return message(peer);
  }
  // Out of {"type":"subscribed",…,"epoch":"…",…}.
  static std::string epoch_of(std::string_view subscribed) {
    const std::size_t begin = subscribed.find("\"epoch\":\"") + 9;
    return std::string(subscribed.substr(begin, subscribed.find('"', begin) - begin));
  }

  TemporaryDirectory directory_;
  Config config_;
  Secrets secrets_;
  std::unique_ptr<Server> server_;
};

}  // namespace river::server
