#include "net/outbox.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace river::net {
namespace {

std::string gathered(const Outbox& outbox, std::size_t entries = 64) {
  std::vector<iovec> iovecs(entries);
  const std::size_t count = outbox.gather(iovecs);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text.append(static_cast<const char*>(iovecs[i].iov_base), iovecs[i].iov_len);
  }
  return text;
}

TimePoint at(int time) {
  return TimePoint(milliseconds(time));
}

TEST(Outbox, IsEmptyAtFirst) {
  const Outbox outbox;
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(gathered(outbox), "");
}

TEST(Outbox, GathersChunksInTheOrderOfTheirPush) {
  Outbox outbox;
  for (const char* text : {"one", "two", "three"}) outbox.push(SharedBytes(text));
  EXPECT_EQ(outbox.bytes(), 11U);
  EXPECT_EQ(gathered(outbox), "onetwothree");
  EXPECT_EQ(gathered(outbox, 2), "onetwo");
}

TEST(Outbox, GoesOnAtAnyByteAfterAPartialSend) {
  for (std::size_t cut = 0; cut <= 11; ++cut) {
    Outbox outbox;
    for (const char* text : {"one", "two", "three"}) outbox.push(SharedBytes(text));
    outbox.pop(cut);
    EXPECT_EQ(gathered(outbox), std::string("onetwothree").substr(cut));
    outbox.push(SharedBytes("four"));
    outbox.pop(11 - cut);
    EXPECT_EQ(gathered(outbox), "four");
  }
}

TEST(Outbox, DropsOnlyChunksOfWhichNothingWasSent) {
  Outbox outbox;
  for (const char* text : {"one", "two", "three"}) outbox.push(SharedBytes(text));
  outbox.pop(1);
  outbox.drop_untouched();
  EXPECT_EQ(gathered(outbox), "ne");
  EXPECT_EQ(outbox.bytes(), 2U);
  outbox.pop(2);
  outbox.push(SharedBytes("four"));
  outbox.drop_untouched();
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, SaysHowLongTheOldestByteWaits) {
  Outbox outbox;
  outbox.push(SharedBytes("0123456789"));
  EXPECT_EQ(outbox.waiting(at(50)), milliseconds(0));
  outbox.mark(at(100));
  outbox.pop(4);
  outbox.push(SharedBytes("abc"));
  outbox.mark(at(900));
  EXPECT_EQ(outbox.waiting(at(1100)), milliseconds(1000)) << "the first ten are not all sent";
  outbox.pop(6);
  outbox.mark(at(1200));
  EXPECT_EQ(outbox.waiting(at(1300)), milliseconds(100)) << "the mark moved on to abc";
}

TEST(Outbox, WhatIsPoppedAndNotSentStillWaits) {
  Outbox outbox;
  outbox.push(SharedBytes("0123456789"));
  outbox.pop(10, 3);
  outbox.mark(at(100), 7);
  EXPECT_EQ(outbox.waiting(at(300)), milliseconds(200));
  outbox.push(SharedBytes("abc"));
  outbox.pop(0, 4);
  outbox.mark(at(400), 3);
  EXPECT_EQ(outbox.waiting(at(500)), milliseconds(400));
  outbox.pop(3, 3);
  outbox.mark(at(600), 3);
  EXPECT_EQ(outbox.waiting(at(700)), milliseconds(100)) << "the mark moved on to abc";
}

TEST(Outbox, SendsRandomPushesAndPopsByteForByte) {
  std::mt19937 random(7);
  Outbox outbox;
  std::string expected;
  for (int round = 0; round < 20'000; ++round) {
    if (random() % 2 == 0) {
      const std::string text(random() % 9, static_cast<char>('a' + random() % 26));
      outbox.push(SharedBytes(text));
      expected += text;
    } else {
      const std::size_t sent = random() % (std::min<std::size_t>(expected.size(), 20) + 1);
      outbox.pop(sent);
      expected.erase(0, sent);
    }
    ASSERT_EQ(outbox.bytes(), expected.size());
    ASSERT_TRUE(expected.starts_with(gathered(outbox))) << "round " << round;
    ASSERT_EQ(gathered(outbox).empty(), expected.empty());
  }
}

}  // namespace
}  // namespace river::net
