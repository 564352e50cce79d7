// What a home keeps, and what it lets go first.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HomeLimits : public HomeTest {
 protected:
  static constexpr std::size_t event_bytes =
      std::string_view("event").size() + 1 + History::event_overhead_bytes;
};

TEST_F(HomeLimits, ForgetsEventsAtTheirAgeAlthoughNobodyPublishes) {
  publish("dogs", "a");
  wait(seconds(299));
  publish("dogs", "b");
  wait(seconds(1));
  EXPECT_THAT(history_of("dogs"), ElementsAre("2:b"));
  EXPECT_EQ(metrics.history_bytes.value(), event_bytes);
}

TEST_F(HomeLimits, OverTheBytesTheChannelPublishedToLeastRecentlyLosesItsHistory) {
  settings.history_bytes_max = 3 * event_bytes;
  publish("ants", "1");
  publish("bees", "1");
  publish("cats", "1");
  publish("ants", "2");
  EXPECT_THAT(history_of("bees"), IsEmpty());
  EXPECT_THAT(history_of("ants"), ElementsAre("2:2", "1:1"));
  EXPECT_THAT(history_of("cats"), ElementsAre("1:1"));
  EXPECT_EQ(metrics.history_evictions.value(), 1U);
  EXPECT_EQ(metrics.history_bytes.value(), 3 * event_bytes);
}

TEST_F(HomeLimits, AChannelWithoutListenersLosesItsEpochWithItsHistory) {
  settings.history_bytes_max = event_bytes;
  const Position before = *publish("ants", "1");
  publish("bees", "1");
  EXPECT_FALSE(knows("ants"));
  const Position after = *publish("ants", "1");
  EXPECT_NE(after.epoch, before.epoch);
  EXPECT_EQ(after.offset, 1U);
}

TEST_F(HomeLimits, AChannelWithListenersKeepsItsEpochAndOffset) {
  settings.history_bytes_max = event_bytes;
  listen("ants");
  const Position before = *publish("ants", "1");
  publish("bees", "1");
  EXPECT_THAT(history_of("ants"), IsEmpty());
  EXPECT_TRUE(listen_since("ants", before).recovered);
  EXPECT_FALSE(listen_since("ants", {before.epoch, 0}).recovered);
  EXPECT_EQ(publish("ants", "2"), (Position{before.epoch, 2}));
}

TEST_F(HomeLimits, TheChannelJustPublishedToKeepsItsEventsHoweverLarge) {
  settings.history_bytes_max = 100;
  publish("ants", std::string(1000, 'x'));
  EXPECT_EQ(history_of("ants").size(), 1U);
}

TEST_F(HomeLimits, RefusesNewChannelsOverTheirNumberButServesTheOldOnes) {
  settings.channels_max = 2;
  publish("ants", "1");
  publish("bees", "1");
  EXPECT_EQ(publish("cats", "1"), std::unexpected(BrokerError::too_many_channels));
  const auto refused = home().snapshot("cats", {}, 0, now);
  EXPECT_EQ(refused.error(), BrokerError::too_many_channels);
  EXPECT_TRUE(publish("ants", "2").has_value());
  EXPECT_EQ(metrics.channels_stored.value(), 2U);
}

TEST_F(HomeLimits, AChannelThatNobodyUsesAndWithoutEventsGivesWayToANewOne) {
  settings.channels_max = 2;
  listen("ants");
  publish("ants", "1");
  listen("bees");
  home().forget("bees", 0, now);
  EXPECT_TRUE(publish("cats", "1").has_value());
  EXPECT_FALSE(knows("bees"));
  EXPECT_TRUE(knows("ants"));
}

TEST_F(HomeLimits, ASweepForgetsAChannelOnceNobodyListensAndItsTimeIsOver) {
  listen("ants");
  publish("ants", "1");
  home().forget("ants", 0, now);
  wait(seconds(299));
  home().sweep(now);
  EXPECT_TRUE(knows("ants"));
  wait(seconds(1));
  home().sweep(now);
  EXPECT_FALSE(knows("ants"));
  EXPECT_EQ(metrics.channels_stored.value(), 0U);
  EXPECT_EQ(metrics.history_bytes.value(), 0U);
}

TEST_F(HomeLimits, ASweepKeepsWhatIsListenedTo) {
  listen("ants");
  const Position before = *publish("ants", "1");
  wait(seconds(3000));
  home().sweep(now);
  EXPECT_EQ(position_of("ants"), before);
  EXPECT_EQ(metrics.history_bytes.value(), 0U) << "its events are too old all the same";
}

TEST_F(HomeLimits, ASweepKeepsAChannelWithMembers) {
  join("presence-room", "ann");
  home().forget("presence-room", 0, now);
  wait(seconds(3000));
  home().sweep(now);
  EXPECT_TRUE(knows("presence-room"));
}

TEST_F(HomeLimits, WhoLeavesForAMomentFindsTheSameEpoch) {
  listen("ants");
  const Position before = *publish("ants", "1");
  wait(seconds(299));
  home().forget("ants", 0, now);
  wait(seconds(299));
  home().sweep(now);
  EXPECT_TRUE(listen_since("ants", before).recovered);
}

// Symptom: behind ten thousand channels with a long history, no other was ever forgotten.
TEST_F(HomeLimits, SweepsReachEveryChannelHoweverManyAreKept) {
  patterns.emplace_back().pattern = "kept-*";
  patterns[0].history_age_max = seconds(100'000);
  for (int i = 0; i < 10'000; ++i) publish("kept-" + std::to_string(i), "1");
  publish("ants", "1");
  wait(seconds(300));
  home().sweep(now);
  home().sweep(now);
  EXPECT_FALSE(knows("ants"));
  EXPECT_EQ(metrics.channels_stored.value(), 10'000U);
}

TEST_F(HomeLimits, WhatIsStoredIsRestoredAsItWas) {
  listen("bees");
  const Position ants = *publish("ants", "1");
  publish("ants", "2");
  const auto stored = home().store();
  EXPECT_EQ(stored.size(), 2U);

  RecordingOutput other_output;
  const ChannelRules rules(rule, {});
  Home other(settings, rules, other_output, metrics);
  const Position bees = position_of("bees");
  for (const StoredChannel& channel : stored) other.restore(channel, now);
  EXPECT_EQ(other.details("ants").position, (Position{ants.epoch, 2}));
  EXPECT_EQ(other.details("bees").position, bees) << "known by its listeners, without an event";
  EXPECT_THAT(texts_of(other.history("ants", std::nullopt, 10, now).events),
              ElementsAre("2:2", "1:1"));
  SnapshotRequest request;
  request.since = ants;
  EXPECT_TRUE(other.snapshot("ants", request, 0, now)->recovered);
}

TEST_F(HomeLimits, WhatIsRestoredKeepsTodaysLimits) {
  for (const char* data : {"1", "2", "3", "4", "5"}) publish("ants", data);
  publish("bees", "1");
  const auto stored = home().store();

  rule.history_events_max = 2;
  settings.history_bytes_max = 2 * event_bytes;
  const ChannelRules rules(rule, {});
  RecordingOutput other_output;
  Metrics other_metrics;
  Home other(settings, rules, other_output, other_metrics);
  for (const StoredChannel& channel : stored) other.restore(channel, now);
  EXPECT_EQ(other_metrics.history_bytes.value(), event_bytes);
  EXPECT_THAT(texts_of(other.history("bees", std::nullopt, 10, now).events), ElementsAre("1:1"));
}

TEST_F(HomeLimits, WhatIsRestoredTooLateHasItsPositionButNoEvents) {
  const Position before = *publish("ants", "1");
  const auto stored = home().store();
  wait(seconds(301));
  const ChannelRules rules(rule, {});
  Home other(settings, rules, output, metrics);
  other.restore(stored[0], now);
  EXPECT_EQ(other.details("ants").position, before);
  EXPECT_THAT(other.history("ants", std::nullopt, 10, now).events, IsEmpty());
}

// Symptom: when the time of day was set forward by more than five minutes, all histories were gone;
// when it was set back, nothing was forgotten for as long.
TEST_F(HomeLimits, AChangeOfTheTimeOfDayMakesNothingOlderOrYounger) {
  publish("dogs", "a");
  now.unix_milliseconds += 3'600'000;
  EXPECT_THAT(history_of("dogs"), ElementsAre("1:a"));
  home().sweep(now);
  EXPECT_TRUE(knows("dogs"));
  now.unix_milliseconds -= 2 * 3'600'000;
  publish("dogs", "b");
  wait(seconds(300));
  EXPECT_THAT(history_of("dogs"), IsEmpty());
  home().sweep(now);
  EXPECT_FALSE(knows("dogs"));
}

TEST_F(HomeLimits, AgesWhatItTakesUpByTheTimeOfDay) {
  const auto at = [&](Offset offset, std::int64_t age) {
    return Publication{offset, EventBytes("e", "x"), 0, now.unix_milliseconds - age, 0};
  };
  home().restore({"dogs", {7, 3}, {at(1, 400'000), at(2, 200'000), at(3, -3'600'000)}}, now);
  EXPECT_THAT(history_of("dogs"), ElementsAre("3:x", "2:x"));
  wait(seconds(100));
  EXPECT_THAT(history_of("dogs"), ElementsAre("3:x"));
  wait(seconds(200));
  EXPECT_THAT(history_of("dogs"), IsEmpty());
}

}  // namespace
}  // namespace river::broker
