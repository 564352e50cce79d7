#include "offset_check.h"

#include <gtest/gtest.h>

namespace river::bench {
namespace {

Tally tally_of(std::initializer_list<std::uint64_t> offsets, std::uint64_t last) {
  OffsetCheck check;
  Tally tally;
  check.start(40);
  for (const std::uint64_t offset : offsets) check.take(offset, tally);
  check.finish(last, tally);
  return tally;
}

TEST(OffsetCheck, FindsNothingWrongWithAWholeStream) {
  const Tally tally = tally_of({41, 42, 43}, 43);
  EXPECT_TRUE(tally.right());
  EXPECT_EQ(tally.events, 3U);
}

TEST(OffsetCheck, CountsWhatIsMissingInBetween) {
  const Tally tally = tally_of({41, 44, 45}, 45);
  EXPECT_EQ(tally.lost, 2U);
  EXPECT_EQ(tally.doubled + tally.reordered, 0U);
}

TEST(OffsetCheck, CountsWhatIsMissingAtTheEnd) {
  EXPECT_EQ(tally_of({41, 42}, 45).lost, 3U);
}

TEST(OffsetCheck, CountsWhatComesTwice) {
  const Tally tally = tally_of({41, 42, 42, 43, 41}, 43);
  EXPECT_EQ(tally.doubled, 2U);
  EXPECT_EQ(tally.lost + tally.reordered, 0U);
}

TEST(OffsetCheck, TellsLateFromLostAndFromDoubled) {
  const Tally tally = tally_of({41, 43, 42, 44}, 44);
  EXPECT_EQ(tally.reordered, 1U);
  EXPECT_EQ(tally.lost + tally.doubled, 0U);
}

TEST(OffsetCheck, CountsALateOneThatComesTwiceAsDoubled) {
  const Tally tally = tally_of({41, 43, 42, 42}, 43);
  EXPECT_EQ(tally.reordered, 1U);
  EXPECT_EQ(tally.doubled, 1U);
}

TEST(OffsetCheck, NoticesALossThatADoubleOutweighs) {
  const Tally tally = tally_of({41, 43, 43}, 43);
  EXPECT_EQ(tally.events, 3U);
  EXPECT_FALSE(tally.right());
}

}  // namespace
}  // namespace river::bench
