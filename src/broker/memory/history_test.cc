#include "broker/memory/history.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint birth{milliseconds(1'000'000)};

// Events 1, 2, … each a second younger than the one before.
History history_of(Offset last, std::size_t data_bytes = 1) {
  History history;
  for (Offset offset = 1; offset <= last; ++offset) {
    Publication event;
    event.offset = offset;
    event.content = EventBytes("e", std::string(data_bytes, 'x'));
    history.append(event, birth + seconds(static_cast<std::int64_t>(offset)));
  }
  return history;
}

std::vector<Offset> offsets_of(const std::vector<Publication>& events) {
  std::vector<Offset> offsets;
  for (const Publication& event : events) offsets.push_back(event.offset);
  return offsets;
}

ChannelRule rule_of(std::uint32_t events, seconds age = seconds(1000)) {
  ChannelRule rule;
  rule.history_events_max = events;
  rule.history_age_max = age;
  return rule;
}

TEST(History, KeepsTheLastEventsUpToTheRulesNumber) {
  History history = history_of(10);
  history.trim(rule_of(3), birth);
  EXPECT_EQ(offsets_of(history.last(100)), (std::vector<Offset>{8, 9, 10}));
  EXPECT_EQ(history.oldest().offset, 8U);
  EXPECT_EQ(history.newest().offset, 10U);
}

TEST(History, ForgetsAnEventExactlyAtTheRulesAge) {
  History history = history_of(10);
  history.trim(rule_of(100, seconds(5)), birth + milliseconds(5999));
  EXPECT_EQ(history.oldest().offset, 1U);
  history.trim(rule_of(100, seconds(5)), birth + milliseconds(6000));
  EXPECT_EQ(history.oldest().offset, 2U);
  history.trim(rule_of(100, seconds(5)), birth + seconds(60));
  EXPECT_TRUE(history.empty());
  EXPECT_EQ(history.bytes(), 0U);
}

TEST(History, OfACacheChannelKeepsItsLastEventHoweverOldItIs) {
  History history = history_of(10);
  ChannelRule rule = rule_of(0, seconds(1));
  rule.kind.cache = true;
  history.trim(rule, birth + seconds(1000));
  EXPECT_EQ(offsets_of(history.last(100)), (std::vector<Offset>{10}));
}

TEST(History, KeepsNothingIfTheRuleSaysSo) {
  History history = history_of(1);
  history.trim(rule_of(0), birth);
  EXPECT_TRUE(history.empty());
}

TEST(History, CountsTheBytesOfWhatItKeepsAndNoMore) {
  History history = history_of(100, 50);
  const std::size_t one = 1 + 50 + History::event_overhead_bytes;
  EXPECT_EQ(history.bytes(), 100 * one);
  history.trim(rule_of(7), birth);
  EXPECT_EQ(history.bytes(), 7 * one);
  history.clear();
  EXPECT_EQ(history.bytes(), 0U);
  EXPECT_EQ(history.size(), 0U);
}

TEST(History, GivesAllEventsAfterAnOffsetOrNoneIfOneIsGone) {
  History history = history_of(10);
  history.trim(rule_of(3), birth);
  EXPECT_EQ(offsets_of(*history.after(7, 10)), (std::vector<Offset>{8, 9, 10}));
  EXPECT_EQ(offsets_of(*history.after(9, 10)), (std::vector<Offset>{10}));
  EXPECT_THAT(*history.after(10, 10), IsEmpty());
  EXPECT_EQ(history.after(6, 10), std::nullopt);
  EXPECT_EQ(history.after(0, 10), std::nullopt);
}

TEST(History, KnowsNothingAfterAnOffsetThatIsYetToCome) {
  const History history = history_of(10);
  EXPECT_EQ(history.after(11, 10), std::nullopt);
  EXPECT_EQ(history.after(UINT64_MAX, 10), std::nullopt);
}

TEST(History, IsCompleteForWhoHasEverythingAlthoughItIsEmpty) {
  const History history;
  EXPECT_THAT(*history.after(10, 10), IsEmpty());
  EXPECT_EQ(history.after(9, 10), std::nullopt);
}

TEST(History, PagesFromTheNewestToTheOldest) {
  const History history = history_of(10);
  bool more = false;
  EXPECT_EQ(offsets_of(history.page(std::nullopt, 4, more)), (std::vector<Offset>{10, 9, 8, 7}));
  EXPECT_TRUE(more);
  EXPECT_EQ(offsets_of(history.page(7, 4, more)), (std::vector<Offset>{6, 5, 4, 3}));
  EXPECT_TRUE(more);
  EXPECT_EQ(offsets_of(history.page(3, 4, more)), (std::vector<Offset>{2, 1}));
  EXPECT_FALSE(more);
  EXPECT_THAT(history.page(1, 4, more), IsEmpty());
  EXPECT_FALSE(more);
}

TEST(History, PagesExactlyToTheEndWithoutPromisingMore) {
  const History history = history_of(4);
  bool more = true;
  EXPECT_EQ(history.page(std::nullopt, 4, more).size(), 4U);
  EXPECT_FALSE(more);
  EXPECT_EQ(history.page(1000, 4, more).size(), 4U);
  EXPECT_FALSE(more);
}

TEST(History, PagesOnlyWhatIsLeftAfterATrim) {
  History history = history_of(10);
  history.trim(rule_of(2), birth);
  bool more = true;
  EXPECT_EQ(offsets_of(history.page(10, 100, more)), (std::vector<Offset>{9}));
  EXPECT_FALSE(more);
  EXPECT_THAT(history.page(5, 100, more), IsEmpty());
}

TEST(History, StaysTheSameOverThousandsOfAppendsAndTrims) {
  History history;
  for (Offset offset = 1; offset <= 5000; ++offset) {
    Publication event;
    event.offset = offset;
    event.content = EventBytes("e", "x");
    history.append(event, birth);
    history.trim(rule_of(20), birth);
    ASSERT_EQ(history.newest().offset, offset);
    ASSERT_EQ(history.size(), std::min<std::size_t>(offset, 20));
    ASSERT_EQ(history.oldest().offset, offset - history.size() + 1);
    ASSERT_EQ(history.bytes(), history.size() * (2 + History::event_overhead_bytes));
  }
}

}  // namespace
}  // namespace river::broker
