// For tests of the API: a broker that notes what it is asked and answers when the test says so, and
// requests made of a line.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api.h"

namespace river::api {

class NotingBroker final : public broker::Broker {
 public:
  void publish(broker::PublishRequest request, broker::Answer<Position> answer) override {
    note(fmt::format("publish {} {} {}{}{}", request.channel, request.content.event(),
                     request.content.data(), request.id.empty() ? "" : " id",
                     request.exclude == 0 ? "" : " not " + connection_id_text(request.exclude)));
    EXPECT_NE(request.received_at, 0U);
    reply<Position>(std::move(answer), Position{0xe, ++offset});
  }
  void snapshot(std::string, broker::SnapshotRequest, broker::Answer<broker::Snapshot>) override {}
  void forget(std::string) override {}
  void leave(std::string, std::string, ConnectionId) override {}
  void history(std::string channel, std::optional<Offset> before, std::size_t limit,
               broker::Answer<broker::HistoryPage> answer) override {
    note(fmt::format("history {} before {} limit {}", channel,
                     before.has_value() ? std::to_string(*before) : "-", limit));
    reply(std::move(answer), history_page);
  }
  void members(std::string channel, std::string after, std::size_t limit,
               broker::Answer<broker::MemberPage> answer) override {
    note(fmt::format("members {} after '{}' limit {}", channel, after, limit));
    reply(std::move(answer), member_page);
  }
  void channels(std::string prefix, std::string after, std::size_t limit,
                broker::Answer<broker::ChannelPage> answer) override {
    note(fmt::format("channels '{}' after '{}' limit {}", prefix, after, limit));
    reply(std::move(answer), channel_page);
  }
  void channel(std::string channel, broker::Answer<broker::ChannelDetails> answer) override {
    note(fmt::format("channel {}", channel));
    reply(std::move(answer), details);
  }
  void tell_user(broker::UserCommand command, broker::Answer<std::monostate> answer) override {
    using Kind = broker::UserCommand::Kind;
    switch (command.kind) {
      case Kind::publish:
        note(fmt::format("tell {} {} {}", command.user, command.content.event(),
                         command.content.data()));
        break;
      case Kind::disconnect:
        note("disconnect " + command.user);
        break;
      case Kind::revoke:
        note(fmt::format("revoke {} at {}", command.user, command.at));
        break;
    }
    reply(std::move(answer), std::monostate());
  }
  [[nodiscard]] bool ready() const override { return is_ready; }

  // The answer to the question with that number waits until answer() is called.
  void hold() { holding_ = true; }
  void answer(std::size_t question) { held_[question](); }

  std::vector<std::string> notes;
  std::optional<broker::BrokerError> error;  // what is answered instead
  bool is_ready = true;
  Offset offset = 0;
  broker::HistoryPage history_page;
  broker::MemberPage member_page;
  broker::ChannelPage channel_page;
  broker::ChannelDetails details;

 private:
  void note(std::string text) { notes.push_back(std::move(text)); }

  template <typename T>
  void reply(broker::Answer<T> answer, T value) {
    using Result = std::expected<T, broker::BrokerError>;
    Result result = error.has_value() ? Result(std::unexpected(*error)) : Result(std::move(value));
    if (!holding_) return answer(std::move(result));
    held_.emplace_back([answer = std::move(answer), result = std::move(result)]() mutable {
      answer(std::move(result));
    });
  }

  bool holding_ = false;
  std::vector<std::move_only_function<void()>> held_;
};

class ApiFixture : public testing::Test {
 protected:
  static constexpr std::string_view key = "0123456789abcdef";

  // "GET /v1/channels?prefix=a", with a valid key unless `headers_` say otherwise. Nothing if it is
  // not answered (yet).
  std::optional<http::Response> ask(std::string_view line, std::string_view body = {}) {
    answered_ = std::make_shared<std::optional<http::Response>>();
    http::Request request;
    request.method = line.substr(0, line.find(' '));
    request.target = line.substr(line.find(' ') + 1);
    const std::size_t mark = std::min(request.target.find('?'), request.target.size());
    request.path = request.target.substr(0, mark);
    request.query = request.target.substr(std::min(mark + 1, request.target.size()));
    request.headers = headers_;
    request.body = body;
    http::Responder respond = [answered = answered_](http::Response response) {
      EXPECT_FALSE(answered->has_value()) << "answered twice";
      *answered = std::move(response);
    };
    EXPECT_TRUE(api_.handle(request, respond, now_, unix_time_));
    while (!waits_for_turns_ && end_turn()) {
    }
    return *answered_;
  }
  // Runs what was put off until the next turn; false if that was nothing.
  bool end_turn() {
    auto tasks = std::exchange(next_turn_, {});
    for (auto& task : tasks) task();
    return !tasks.empty();
  }
  // Of the request that was asked last.
  [[nodiscard]] const std::optional<http::Response>& answered() const { return *answered_; }

  [[nodiscard]] static std::string header(const http::Response& response, std::string_view name) {
    for (const http::ResponseHeader& one : response.headers) {
      if (one.name == name) return one.value;
    }
    return {};
  }

  std::vector<http::Header> headers_{{"x-api-key", key}};
  TimePoint now_{seconds(1000)};
  UnixSeconds unix_time_ = 1'700'000'000;
  NotingBroker broker_;
  ApiSettings settings_;
  Metrics metrics_;
  auth::ApiKeys keys_ = auth::ApiKeys::make(std::vector<std::string>{std::string(key)}).value();
  // The test ends the turns.
  bool waits_for_turns_ = false;
  milliseconds paused_{0};  // in all, before what was put off

 private:
  std::vector<std::move_only_function<void()>> next_turn_;

 protected:
  Api api_{broker_, keys_, settings_,
           [this](milliseconds after, auto task) {
             paused_ += after;
             next_turn_.push_back(std::move(task));
           },
           metrics_};

 private:
  std::shared_ptr<std::optional<http::Response>> answered_;
};

// `"code":"…"` of an error.
MATCHER_P2(is_error, status, code, "") {
  return arg.has_value() && arg->status == status &&
         arg->body.starts_with(fmt::format(R"({{"error":{{"code":"{}",)", code));
}
MATCHER_P(is_json, body, "") {
  return arg.has_value() && arg->status == 200 && arg->content_type == "application/json" &&
         arg->body == body;
}

}  // namespace river::api
