#include "session/token_bucket.h"

#include <gtest/gtest.h>

namespace river::session {
namespace {

constexpr Rate rate{.per_second = 10, .burst = 3};

TimePoint at(std::int64_t milliseconds_since_start) {
  return TimePoint(milliseconds(milliseconds_since_start));
}

// How many can be taken at once.
int take_all(TokenBucket& bucket, TimePoint now, const Rate& of = rate) {
  int taken = 0;
  while (taken < 1000 && bucket.take(of, now)) ++taken;
  return taken;
}

TEST(TokenBucket, StartsFull) {
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(5000)), 3);
}

TEST(TokenBucket, StartsFullAtTheVeryStart) {
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(0)), 3);
}

TEST(TokenBucket, EarnsWhatTheRateGives) {
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(5000)), 3);
  EXPECT_FALSE(bucket.take(rate, at(5099)));
  EXPECT_TRUE(bucket.take(rate, at(5100)));
  EXPECT_EQ(take_all(bucket, at(5300)), 2);
}

TEST(TokenBucket, HoldsNoMoreThanItsBurst) {
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(5000)), 3);
  EXPECT_EQ(take_all(bucket, at(500'000)), 3);
}

TEST(TokenBucket, EarnsAFractionEveryMillisecond) {
  constexpr Rate slow{.per_second = 1, .burst = 1};
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(slow, at(1000)));
  for (std::int64_t i = 1001; i < 2000; ++i) EXPECT_FALSE(bucket.take(slow, at(i))) << i;
  EXPECT_TRUE(bucket.take(slow, at(2000)));
}

TEST(TokenBucket, KeepsTheRateOnTheLongRun) {
  TokenBucket bucket;
  int taken = 0;
  for (std::int64_t i = 0; i < 100'000; ++i) taken += bucket.take(rate, at(i)) ? 1 : 0;
  EXPECT_GE(taken, 1000);
  EXPECT_LE(taken, 1003);
}

TEST(TokenBucket, TakesACostAsAWholeOrNotAtAll) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(rate, at(5000), 2));
  EXPECT_FALSE(bucket.take(rate, at(5000), 2));
  EXPECT_TRUE(bucket.take(rate, at(5000), 1));
}

// A burst of over 4.29 million was never full: what was spent began again at 0.
TEST(TokenBucket, HoldsNoMoreThanItsBurstHoweverLargeThatIs) {
  constexpr std::uint32_t most = TokenBucket::burst_max;
  for (const std::uint32_t burst : {most, most + 1, UINT32_MAX}) {
    const Rate large{.per_second = 1, .burst = burst};
    TokenBucket bucket;
    EXPECT_TRUE(bucket.take(large, at(5000), most));
    EXPECT_FALSE(bucket.take(large, at(5000))) << burst;
    EXPECT_TRUE(bucket.take(large, at(6000))) << burst;
  }
}

TEST(TokenBucket, DrainsToNothingAndNoFurther) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(rate, at(5000)));
  bucket.drain(rate, at(5000), UINT32_MAX);
  EXPECT_EQ(take_all(bucket, at(5000)), 0);
  EXPECT_EQ(take_all(bucket, at(5200)), 2);
}

TEST(TokenBucket, TakesBackWhatIsNotNeeded) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(rate, at(5000), 3));
  bucket.give_back(2);
  EXPECT_EQ(take_all(bucket, at(5000)), 2);
  bucket.give_back(UINT32_MAX);
  EXPECT_EQ(take_all(bucket, at(5000)), 3) << "no more than its burst";
}

TEST(TokenBucket, WithoutARateThereIsNoLimit) {
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(0), Rate{}), 1000);
}

TEST(TokenBucket, GoesOnWhereThirtyTwoBitsOfMillisecondsWrap) {
  constexpr std::int64_t wrap = std::int64_t{1} << 32;
  TokenBucket bucket;
  EXPECT_EQ(take_all(bucket, at(wrap - 50)), 3);
  EXPECT_FALSE(bucket.take(rate, at(wrap + 49)));
  EXPECT_TRUE(bucket.take(rate, at(wrap + 50)));
}

}  // namespace
}  // namespace river::session
