// For tests only: a hub over a broker on another machine, with subscribers that write down what
// they are told.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/metrics.h"
#include "hub/channel.h"
#include "hub/hub.h"
#include "hub/recording_dialect_for_test.h"
#include "hub/remote_broker_for_test.h"

namespace river::hub {

// "1:a 2:b"
template <typename Events>
[[nodiscard]] std::string text_of_events(const Events& events) {
  std::string text;
  for (const broker::Publication& event : events) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", event.offset, event.content.data());
  }
  return text;
}

class RecordingSubscriber final : public Subscriber {
 public:
  RecordingSubscriber(const Chunks& chunks, ConnectionId id) : chunks_(chunks) { connection = id; }

  void deliver(const SharedBytes& bytes) override {
    deliveries.push_back(bytes);
    const Chunk& chunk = chunk_of(chunks_, bytes);
    EXPECT_EQ(chunk.dialect, dialect);
    if (chunk.presence != nullptr) {
      std::string text;
      for (const auto& member : chunk.presence->joined) text += " +" + member.user;
      for (const auto& gone : chunk.presence->left) text += " -" + gone;
      lines.push_back(chunk.channel + text);
    } else if (!chunk.channel.empty()) {
      lines.push_back(fmt::format("{} {}", chunk.channel, text_of_events(chunk.events)));
    } else {
      lines.push_back("for its user: " + chunk.user_event);
    }
  }
  void on_subscribed(const Channel& channel, const SubscribeAnswer& answer) override {
    std::string text = fmt::format("in {} at {}", channel.name(), answer.position.offset);
    if (answer.recovered.has_value()) text += *answer.recovered ? ", recovered" : ", not recovered";
    if (!answer.events.empty()) text += ", with " + text_of_events(answer.events);
    if (answer.members != nullptr) {
      text += ", where are";
      for (const auto& member : answer.members->members) text += " " + member.user;
    }
    lines.push_back(text);
  }
  void on_subscribe_failed(std::string_view channel, std::uint64_t, broker::BrokerError) override {
    lines.push_back(fmt::format("not in {}", channel));
  }
  void on_resync(const Channel& channel, Position position) override {
    lines.push_back(fmt::format("lost {} before {}", channel.name(), position.offset));
  }
  void on_disconnect() override { lines.push_back("disconnect"); }

  [[nodiscard]] std::vector<std::string> take_lines() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  std::vector<SharedBytes> deliveries;

 private:
  const Chunks& chunks_;
};

class HubTest : public testing::Test {
 protected:
  explicit HubTest(CatchUpLimits limits = {}) : hub(broker, rules_, metrics, limits) {
    broker.connect(hub);
    for (DialectIndex index = 0; index < 2; ++index) {
      hub.set_dialect(index, std::make_unique<RecordingDialect>(index, chunks));
    }
  }
  ~HubTest() override {
    for (const auto& subscriber : subscribers_) hub.unsubscribe_all(*subscriber);
  }

  RecordingSubscriber& subscriber(DialectIndex dialect = 0) {
    subscribers_.push_back(std::make_unique<RecordingSubscriber>(chunks, subscribers_.size() + 1));
    subscribers_.back()->dialect = dialect;
    return *subscribers_.back();
  }
  // One that is in the channel, and was told so.
  RecordingSubscriber& listener(const std::string& channel = "dogs", DialectIndex dialect = 0) {
    RecordingSubscriber& result = subscriber(dialect);
    hub.subscribe(result, channel, {});
    settle();
    result.lines.clear();
    return result;
  }
  void subscribe_since(RecordingSubscriber& who, Position since,
                       const std::string& channel = "dogs") {
    SubscribeOptions options;
    options.since = since;
    hub.subscribe(who, channel, std::move(options));
  }
  void enter(RecordingSubscriber& who, const std::string& user, const std::string& channel) {
    SubscribeOptions options;
    options.members = true;
    options.join = broker::Member{user, "{}"};
    hub.subscribe(who, channel, std::move(options));
  }

  Position publish(std::string_view data, const std::string& channel = "dogs",
                   ConnectionId exclude = 0) {
    return server.publish(channel, broker::EventBytes("event", data), exclude);
  }
  Position position(const std::string& channel = "dogs") { return server.at(channel).position; }

  // The stream arrives, but no answer does.
  void hear_all() {
    while (broker.deliver()) {
    }
  }
  // A question is carried out, and answered before the stream moves on.
  void answer_next() {
    broker.carry_out();
    broker.give_answer(0);
  }
  void settle() {
    do {
      while (broker.carry_out()) {
      }
      while (broker.give_answer(0)) {
      }
      hear_all();
      hub.flush();
    } while (broker.questions() > 0);
  }

  RemoteServer server;
  RemoteBroker broker{server};
  Metrics metrics;
  Chunks chunks;

 private:
  ChannelRules rules_;

 protected:
  Hub hub;

 private:
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers_;
};

}  // namespace river::hub
