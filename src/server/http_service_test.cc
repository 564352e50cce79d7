#include "server/http_service.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/api_for_test.h"
#include "server/server_for_test.h"
#include "server/version.h"

namespace river::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpServiceTest : public ServerFixture {
 protected:
  // As if it were listening beyond this machine, which nobody looks at again once it is open.
  void start_beyond_loopback() {
    config_.listen = {{"0.0.0.0", 0}};
    start();
  }
  [[nodiscard]] static std::string key() { return fmt::format("x-api-key: {}\r\n", api_key); }
};

TEST_F(HttpServiceTest, SaysThatItIsAliveAndReady) {
  start();
  EXPECT_EQ(get("/healthz").body, "ok\n");
  EXPECT_EQ(get("/readyz").body, "ready\n");
}

TEST_F(HttpServiceTest, IsNotReadyWhileItDrains) {
  start();
  server_->node().draining = true;
  EXPECT_EQ(get("/readyz").status(), 503);
  EXPECT_EQ(get("/healthz").status(), 200);
}

class HttpServiceOfABroker : public HttpServiceTest {
 protected:
  [[nodiscard]] http::Response answer(std::string_view method, std::string_view path) {
    http::Request request;
    request.method = method;
    request.path = path;
    const std::vector<http::Header> headers{{"x-api-key", api_key}};
    request.headers = headers;
    request.body = R"({"channel":"dogs","event":"e","data":1})";
    std::optional<http::Response> given;
    service_->handle(request, [&](http::Response response) { given = std::move(response); });
    return given.value();
  }
  void start_with_broker() {
    // Its loops do not run: all happens on this thread.
    server_ = std::make_unique<Server>(Node::make(config_, secrets_).value());
    ASSERT_TRUE(server_->open().has_value());
    auto& node = server_->node();
    api_ = std::make_unique<api::Api>(
        broker_, node.api_keys, node.api, [](milliseconds, auto task) { task(); }, metrics_);
    service_ = std::make_unique<HttpService>(*server_, *api_, broker_, metrics_);
    service_->set_loop(server_->workers().front()->loop());
  }

  Metrics metrics_;
  api::NotingBroker broker_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<HttpService> service_;
};

TEST_F(HttpServiceOfABroker, IsReadyWhileTheBrokerIs) {
  start_with_broker();
  EXPECT_EQ(answer("GET", "/readyz").body, "ready\n");
  broker_.is_ready = false;
  const http::Response unready = answer("GET", "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(unready.body, "the broker can't be reached\n");
  EXPECT_EQ(answer("GET", "/healthz").status, 200);
}

TEST_F(HttpServiceOfABroker, SendsPublishersToTheNextProcessInItsLastMoment) {
  start_with_broker();
  server_->node().draining = true;
  EXPECT_EQ(answer("POST", "/v1/publish").status, 200) << "it drains, but it still can";
  broker_.is_ready = false;
  const http::Response refused = answer("POST", "/v1/publish");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, StartsWith(R"({"error":{"code":"draining")"));
  EXPECT_THAT(broker_.notes, testing::SizeIs(1));
}

TEST_F(HttpServiceTest, AnswersHeadAsGetWithoutTheBody) {
  start();
  net::Peer peer = connect();
  peer.send("HEAD /healthz HTTP/1.1\r\nHost: river\r\n\r\n" + transport::get("/readyz"));
  EXPECT_TRUE(transport::read_answer(peer, true).has("Content-Length: 3"));
  EXPECT_EQ(transport::read_answer(peer).body, "ready\n");
}

TEST_F(HttpServiceTest, SaysThatThereIsNothing) {
  start();
  const auto answer = get("/nothing");
  EXPECT_EQ(answer.status(), 404);
  EXPECT_THAT(answer.body, StartsWith(R"({"error":{"code":"not_found")"));
}

// Whoever used the wrong method was told that there is nothing.
TEST_F(HttpServiceTest, SaysWhichMethodIsRight) {
  start();
  const auto expect_allowed = [this](std::string_view method, std::string_view path,
                                     std::string_view allowed) {
    net::Peer peer = connect();
    peer.send(fmt::format("{} {} HTTP/1.1\r\nHost: river\r\n\r\n", method, path));
    const auto answer = transport::read_answer(peer, method == "HEAD");
    EXPECT_EQ(answer.status(), 405) << method << ' ' << path;
    EXPECT_TRUE(answer.has(fmt::format("Allow: {}", allowed))) << method << ' ' << path;
  };
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    for (const char* path :
         {"/", "/river.js", "/healthz", "/readyz", "/metrics", "/v1/info", "/v1/playground"}) {
      expect_allowed(method, path, "GET, HEAD");
    }
    expect_allowed(method, "/v1/ws", "GET");
  }
  expect_allowed("HEAD", "/v1/ws", "GET");
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "HEAD"}) {
    expect_allowed(method, "/v1/events", "GET, OPTIONS");
  }
}

TEST_F(HttpServiceTest, TellsAboutItself) {
  start();
  net::Peer peer = client();
  message(peer);
  const auto answer = get("/v1/info");
  EXPECT_TRUE(answer.has("Cache-Control: no-store"));
  EXPECT_THAT(answer.body, AllOf(HasSubstr(fmt::format(R"("version":"{}")", version)),
                                 HasSubstr(R"("protocol":1)"), HasSubstr(R"("connections":1,)"),
                                 HasSubstr(R"("limits":{"message_bytes":69632,)")));
}

TEST_F(HttpServiceTest, TellsStrangersNoFigures) {
  start_beyond_loopback();
  EXPECT_THAT(get("/v1/info").body, Not(HasSubstr("connections")));
  EXPECT_THAT(get("/v1/info", key()).body, HasSubstr("connections"));
  EXPECT_TRUE(get("/v1/info").has("Connection: keep-alive"));
  EXPECT_TRUE(get("/v1/info", "x-api-key: a-guess\r\n").has("Connection: close"));
  EXPECT_EQ(get("/metrics").status(), 401);
  EXPECT_EQ(get("/metrics", key()).status(), 200);
  EXPECT_EQ(get("/metrics", fmt::format("Authorization: Bearer {}\r\n", api_key)).status(), 200);
}

TEST_F(HttpServiceTest, TellsEverybodyWhenTheOperatorSaysSo) {
  config_.metrics.open = true;
  start_beyond_loopback();
  EXPECT_EQ(get("/metrics").status(), 200);
  EXPECT_THAT(get("/v1/info").body, HasSubstr("connections"));
}

TEST_F(HttpServiceTest, CountsInItsMetrics) {
  start();
  net::Peer peer = client();
  message(peer);
  subscribe(peer, "dogs");
  publish("dogs", "1");
  message(peer);
  const auto answer = get("/metrics");
  EXPECT_TRUE(answer.has("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("\nriver_clients 1\n"), HasSubstr("\nriver_subscriptions 1\n"),
                    HasSubstr("\nriver_publications_total 1\n"),
                    HasSubstr("\nriver_deliveries_total 1\n")));
}

// ── The page ──

TEST_F(HttpServiceTest, ShowsThePage) {
  start();
  const auto page = get("/");
  EXPECT_EQ(page.status(), 200);
  EXPECT_TRUE(page.has("Content-Type: text/html; charset=utf-8"));
  EXPECT_TRUE(page.has("Content-Security-Policy: default-src 'self'"));
  EXPECT_TRUE(page.has("X-Content-Type-Options: nosniff"));
  for (const char* file : {"/console.css", "/console.js", "/favicon.svg", "/river.js"}) {
    const auto answer = get(file);
    EXPECT_EQ(answer.status(), 200) << file;
    EXPECT_FALSE(answer.body.empty()) << file;
  }
}

TEST_F(HttpServiceTest, GivesThePageATokenOnThisMachineOnly) {
  start();
  const auto ask_as = [this](std::string_view host) {
    return ask(fmt::format("GET /v1/playground HTTP/1.1\r\nHost: {}\r\n\r\n", host));
  };
  for (const char* host :
       {"localhost", "LocalHost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "[::1]"}) {
    const auto answer = ask_as(host);
    EXPECT_EQ(answer.status(), 200) << host;
    EXPECT_THAT(answer.body, AllOf(StartsWith(R"({"token":")"), HasSubstr(R"("expires_in":600)")));
    EXPECT_TRUE(answer.has("Cache-Control: no-store"));
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
        "127.0.0.1-evil.example", "128.0.0.1", "10.0.0.1", "[::2]", "127.1", "[127.0.0.1]"}) {
    const auto answer = ask_as(host);
    EXPECT_EQ(answer.status(), 404) << host;
    EXPECT_THAT(answer.body, HasSubstr("the playground is off")) << "and says so";
  }
}

// The page was refused by its own server.
TEST_F(HttpServiceTest, GivesThePageATokenThatTheServerTakes) {
  config_.auth.issuer = "https://login.example.com/";
  config_.auth.audience = "river";
  start();
  const auto answer = ask("GET /v1/playground HTTP/1.1\r\nHost: localhost\r\n\r\n");
  constexpr std::string_view before = R"({"token":")";
  ASSERT_THAT(answer.body, StartsWith(before));
  const std::size_t end = answer.body.find('"', before.size());
  net::Peer page = client(answer.body.substr(before.size(), end - before.size()));
  EXPECT_THAT(message(page), StartsWith(R"({"type":"authenticated")"));
}

TEST_F(HttpServiceTest, GivesNoTokenBeyondThisMachineUnlessToldTo) {
  start_beyond_loopback();
  EXPECT_EQ(ask("GET /v1/playground HTTP/1.1\r\nHost: localhost\r\n\r\n").status(), 404);
}

TEST_F(HttpServiceTest, WhatAProxyBringsIsNotFromThisMachine) {
  start();
  for (const char* header :
       {"X-Forwarded-For: 203.0.113.9", "x-forwarded-anything: 1", "Forwarded: for=203.0.113.9",
        "Via: 1.1 proxy", "X-Real-IP: 203.0.113.9", "CF-Connecting-IP: 203.0.113.9"}) {
    const std::string rest = fmt::format("HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n", header);
    EXPECT_EQ(ask("GET /v1/playground " + rest).status(), 404) << header;
    EXPECT_EQ(ask("GET /metrics " + rest).status(), 401) << header;
    EXPECT_THAT(ask("GET /v1/info " + rest).body, Not(HasSubstr("connections"))) << header;
  }
  EXPECT_EQ(ask("GET /v1/playground HTTP/1.0\r\nHost: localhost\r\n\r\n").status(), 404);
}

// One that says nothing cannot be told from this machine, but whoever runs one has named it.
TEST_F(HttpServiceTest, WithAProxyNothingIsFromThisMachine) {
  config_.trusted_proxies =
      transport::TrustedProxies::parse(std::vector<std::string>{"10.0.0.5"}).value();
  start();
  constexpr const char* page = "GET /v1/playground HTTP/1.1\r\nHost: localhost\r\n\r\n";
  EXPECT_EQ(ask(page).status(), 404);
  EXPECT_EQ(get("/metrics").status(), 401);
  EXPECT_EQ(get("/metrics", key()).status(), 200);
  EXPECT_THAT(get("/v1/info").body, Not(HasSubstr("connections")));
  stop();
  config_.playground = true;
  start();
  const auto answer = ask(page);
  EXPECT_EQ(answer.status(), 200);
  const std::string token = answer.body.substr(10, answer.body.find('"', 10) - 10);
  net::Peer peer = client(token);
  message(peer);
  EXPECT_THAT(subscribe(peer, "private-x"), HasSubstr("forbidden")) << "public channels only";
}

TEST_F(HttpServiceTest, LetsBrowsersAskForStreams) {
  start();
  const auto answer =
      ask("OPTIONS /v1/events HTTP/1.1\r\nHost: river\r\nOrigin: https://a.example\r\n"
          "Access-Control-Request-Method: GET\r\n\r\n");
  EXPECT_EQ(answer.status(), 204);
  EXPECT_TRUE(answer.has("Access-Control-Allow-Origin: *"));
  EXPECT_TRUE(answer.has("Access-Control-Allow-Methods: GET"));
}

}  // namespace
}  // namespace river::server
