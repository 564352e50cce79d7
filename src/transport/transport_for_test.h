// For tests of transports: a loop that listens, with a broker and a hub behind it, and a handler
// whose answers the test decides on.
//
//   GET /now/x     is answered at once with "x"        GET /big/1000  with so many bytes
//   GET /later/x   when the test says answer("x")      POST /echo     with its body
//   GET /key       as to a wrong key
#pragma once

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/listener.h"
#include "net/loop_for_test.h"
#include "net/peer_for_test.h"
#include "session/world_for_test.h"
#include "transport/dialects.h"
#include "transport/http_transport.h"
#include "transport/sse_transport.h"

namespace river::transport {

class TestHandler final : public http::RequestHandler {
 public:
  explicit TestHandler(net::Notes& notes) : notes_(notes) {}

  [[nodiscard]] bool wants_body(const http::Request& request) override {
    return request.path != "/refused";
  }
  void handle(const http::Request& request, http::Responder respond) override {
    notes_.add(fmt::format("{} {}", request.method, request.path));
    if (request.path.starts_with("/later/")) {
      later_.emplace(request.path.substr(7), std::move(respond));
      return;
    }
    respond(response_to(request));
  }
  void answer(const std::string& name) {
    const auto place = later_.find(name);
    http::Responder respond = std::move(place->second);
    later_.erase(place);
    respond({.content_type = "text/plain", .body = name});
  }

 private:
  static http::Response response_to(const http::Request& request) {
    http::Response response{.content_type = "text/plain"};
    if (request.path.starts_with("/now/")) {
      response.body = request.path.substr(5);
    } else if (request.path.starts_with("/big/")) {
      std::size_t bytes = 0;
      std::from_chars(request.path.data() + 5, request.path.data() + request.path.size(), bytes);
      response.body = std::string(bytes, 'x');
    } else if (request.path == "/echo") {
      response.body = request.body;
    } else if (request.path == "/key") {
      response = {.status = 401, .wrong_key = true};
    } else {
      response.status = 404;
    }
    return response;
  }

  net::Notes& notes_;
  std::map<std::string, http::Responder, std::less<>> later_;
};

class TransportFixture : public testing::Test {
 protected:
  TransportFixture() {
    set_dialects(world_.hub, transports_.deflater, limits::deflate_bytes_min);
    thread_.loop->set_turn_end([this] {
      world_.hub.flush();
      send_stream_ids(transports_);
    });
    transports_.note_bad_token = [this](std::uint64_t key) {
      notes_.add(fmt::format("bad token {}", key));
    };
    transports_.admit_address = [this](const net::Address& client) {
      notes_.add(fmt::format("client {}", client.host_text()));
      return client_key_;
    };
    thread_.loop->set_connection_closed(
        [this](std::uint64_t key) { notes_.add(fmt::format("closed {}", key)); });
    listener_ = net::Listener::open(*thread_.loop, net::Address::parse("127.0.0.1:0").value(),
                                    [this](net::FileDescriptor socket, const net::Address&) {
                                      accept(std::move(socket));
                                    })
                    .value();
  }
  ~TransportFixture() override {
    thread_.stop();
    listener_.reset();
    while (!thread_.loop->connections().empty()) thread_.loop->connections().back()->close();
    thread_.loop.reset();  // connections use what is destroyed before it
  }

  // The first call starts the loop: settings are made before.
  net::Peer connect() {
    if (!std::exchange(started_, true)) {
      listener_->start();
      thread_.start();
    }
    return net::Peer::connect(listener_->address());
  }

  void answer(const std::string& name) {
    thread_.on_loop([&] { handler_.answer(name); });
  }
  // On the loop, to be handed out at the end of this turn.
  void publish_now(std::string_view channel, std::string_view event, std::string_view data) {
    broker::PublishRequest request;
    request.channel = channel;
    request.content = broker::EventBytes(event, data);
    world_.broker.publish(std::move(request), [](auto answer) { EXPECT_TRUE(answer.has_value()); });
  }
  void publish(std::string_view channel, std::string_view event, std::string_view data) {
    thread_.on_loop([&] { publish_now(channel, event, data); });
  }
  [[nodiscard]] static std::string token() { return session::World::sign({.user = "ada"}); }

  [[nodiscard]] std::uint64_t refused(HttpRefusal reason) const {
    return world_.metrics.http_refusals[static_cast<std::size_t>(reason)].value();
  }
  [[nodiscard]] bool wait_for_clients(std::uint64_t count) {
    return wait_for(world_.metrics.clients_open, count);
  }
  [[nodiscard]] bool wait_for(const Counter& counter, std::uint64_t value) {
    const TimePoint deadline = steady_now() + net::test_patience;
    while (counter.value() != value && steady_now() < deadline) thread_.finish_turn();
    return counter.value() == value;
  }

  net::Notes notes_;
  net::LoopThread thread_;
  // Settings, world_.settings among them, are made before the first connection.
  net::OutboxLimits outbox_;
  TransportSettings settings_;
  session::World world_;
  TestHandler handler_{notes_};
  ClientPlaces places_;
  std::optional<std::uint64_t> client_key_ = 9;  // of who comes through a proxy
  TransportContext transports_{world_.context, settings_, handler_, places_, world_.metrics};

 private:
  void accept(net::FileDescriptor socket) {
    thread_.loop
        ->adopt(std::make_unique<net::Connection>(*thread_.loop, std::move(socket), 7, outbox_,
                                                  nullptr,
                                                  std::make_unique<HttpTransport>(transports_)))
        .start();
  }

  std::unique_ptr<net::Listener> listener_;
  bool started_ = false;
};

}  // namespace river::transport
