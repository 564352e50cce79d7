#include "latencies.h"

#include <gtest/gtest.h>

namespace river::bench {
namespace {

TEST(Latencies, FindsPercentilesWithinABucket) {
  Latencies latencies;
  for (std::uint64_t i = 1; i <= 100'000; ++i) latencies.add(i * 1000);
  EXPECT_NEAR(latencies.milliseconds_at(0.5), 50, 50 * 0.01);
  EXPECT_NEAR(latencies.milliseconds_at(0.99), 99, 99 * 0.01);
  EXPECT_NEAR(latencies.milliseconds_at(0.999), 99.9, 99.9 * 0.01);
}

TEST(Latencies, KeepsTheMaximumExactly) {
  Latencies latencies;
  latencies.add(1);
  latencies.add(123'456'789);
  EXPECT_EQ(latencies.milliseconds_max(), 123.456789);
  EXPECT_EQ(latencies.milliseconds_at(1), 123.456789);
}

TEST(Latencies, TakesTheSmallestAndTheLargest) {
  Latencies latencies;
  latencies.add(0);
  latencies.add(~std::uint64_t{0});
  EXPECT_EQ(latencies.milliseconds_at(0), 0);
  EXPECT_EQ(latencies.count(), 2U);
}

TEST(Latencies, AddsUp) {
  Latencies one;
  Latencies other;
  one.add(1'000'000);
  other.add(3'000'000);
  one.add(other);
  EXPECT_EQ(one.count(), 2U);
  EXPECT_EQ(one.milliseconds_max(), 3);
}

TEST(Latencies, HasNothingToSayWithoutSamples) {
  EXPECT_EQ(Latencies().milliseconds_at(0.99), 0);
}

}  // namespace
}  // namespace river::bench
