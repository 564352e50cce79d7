// For tests only: a home whose output is written down and whose time is a member.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "broker/memory/home.h"

namespace river::broker {

// "5:hello", oldest or newest first as given.
[[nodiscard]] inline std::vector<std::string> texts_of(const std::vector<Publication>& events) {
  std::vector<std::string> texts;
  for (const Publication& event : events) {
    texts.push_back(fmt::format("{}:{}", event.offset, event.content.data()));
  }
  return texts;
}

[[nodiscard]] inline std::vector<std::string> names_of(const std::vector<Member>& members) {
  std::vector<std::string> names;
  for (const Member& member : members) names.push_back(member.user);
  return names;
}

[[nodiscard]] inline std::string text_of(const PresenceChange& change) {
  std::string text;
  for (const Member& member : change.joined) text += "+" + member.user + " ";
  for (const std::string& user : change.left) text += "-" + user + " ";
  return text + fmt::format("={}", change.member_count);
}

class RecordingOutput final : public HomeOutput {
 public:
  void publish(LoopSet listeners, const SharedBytes& channel, Epoch,
               const Publication& publication) override {
    lines.push_back(fmt::format("{} {}:{} to {:b}", channel.view(), publication.offset,
                                publication.content.data(), listeners));
  }
  void tell_presence(LoopSet listeners, const SharedBytes& channel,
                     std::shared_ptr<const PresenceChange> change) override {
    lines.push_back(fmt::format("{} {} to {:b}", channel.view(), text_of(*change), listeners));
    versions.push_back(change->version);
  }
  [[nodiscard]] bool can_take(LoopSet listeners) const override { return (listeners & full) == 0; }
  void tell_changes_at(TimePoint when, std::string channel) override {
    due.emplace_back(when, std::move(channel));
  }

  std::vector<std::string> lines;
  std::vector<std::uint64_t> versions;
  std::vector<std::pair<TimePoint, std::string>> due;
  LoopSet full = 0;
};

class HomeTest : public testing::Test {
 protected:
  HomeTest() { rule.history_events_max = 5; }

  Home& home() {
    if (home_ == nullptr) {
      rules_ = ChannelRules(rule, patterns);
      home_ = std::make_unique<Home>(settings, rules_, output, metrics);
    }
    return *home_;
  }

  std::expected<Position, BrokerError> publish(const std::string& channel, std::string_view data,
                                               const std::string& id = {}) {
    PublishRequest request;
    request.channel = channel;
    request.content = EventBytes("event", data);
    request.id = id;
    return home().publish(request, now);
  }
  Position position_of(const std::string& channel) { return home().details(channel).position; }
  bool knows(const std::string& channel) { return position_of(channel).epoch != 0; }

  Snapshot listen(const std::string& channel, SnapshotRequest request = {}, std::size_t loop = 0) {
    auto snapshot = home().snapshot(channel, std::move(request), loop, now);
    EXPECT_TRUE(snapshot.has_value());
    return snapshot.value_or(Snapshot());
  }
  Snapshot listen_since(const std::string& channel, Position since) {
    SnapshotRequest request;
    request.since = since;
    return listen(channel, std::move(request));
  }
  Snapshot join(const std::string& channel, const std::string& user, ConnectionId connection = 1) {
    SnapshotRequest request;
    request.members = true;
    request.join = Member{user, "{}"};
    request.connection = connection;
    return listen(channel, std::move(request));
  }
  std::vector<std::string> history_of(const std::string& channel) {
    return texts_of(home().history(channel, std::nullopt, 100, now).events);
  }

  void wait(milliseconds time) {
    now.steady += time;
    now.unix_milliseconds += time.count();
  }
  // Tells the changes whose time has come.
  void tell() {
    for (const auto& [when, channel] : std::exchange(output.due, {})) {
      if (when > now.steady) {
        output.due.emplace_back(when, channel);
      } else {
        home().tell_changes(channel, now);
      }
    }
  }

  // Set before the first call of home().
  ChannelRule rule;
  std::vector<ChannelPattern> patterns;
  HomeSettings settings;
  RecordingOutput output;
  Metrics metrics;
  Now now{TimePoint(seconds(1000)), 1'700'000'000'000};

 private:
  ChannelRules rules_;
  std::unique_ptr<Home> home_;
};

}  // namespace river::broker
