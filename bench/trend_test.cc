#include "trend.h"

#include <gtest/gtest.h>

namespace river::bench {
namespace {

TEST(Trend, IsFlatForWhatSettlesInTheFirstHalf) {
  Trend trend;
  for (int i = 0; i < 20; ++i) trend.add(i, i < 10 ? i * 100 : 1000);
  EXPECT_EQ(trend.slope_per_hour(), 0);
}

TEST(Trend, IsWhatWouldBeAddedInAnHour) {
  Trend trend;
  for (int i = 0; i < 20; ++i) trend.add(i * 2, i * 10);
  EXPECT_NEAR(trend.slope_per_hour(), 5 * 3600, 1e-6);
}

TEST(Trend, SaysNothingOfASingleSample) {
  Trend trend;
  trend.add(1, 5);
  EXPECT_EQ(trend.slope_per_hour(), 0);
}

}  // namespace
}  // namespace river::bench
