#include "net/alarm.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/timerfd.h>

#include "net/loop_for_test.h"

namespace river::net {
namespace {

// Far enough away that it does not ring meanwhile.
constexpr milliseconds an_hour{3'600'000};

class AlarmTest : public testing::Test {
 protected:
  // Until it rings; none if it is not set.
  [[nodiscard]] milliseconds left() const {
    itimerspec times{};
    EXPECT_EQ(::timerfd_gettime(alarm_.fd(), &times), 0);
    return seconds(times.it_value.tv_sec) + milliseconds(times.it_value.tv_nsec / 1'000'000);
  }
  [[nodiscard]] bool rings() const {
    pollfd entry{alarm_.fd(), POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(milliseconds(test_patience).count())) == 1;
  }

  Alarm alarm_ = Alarm::make().value();
  const TimePoint now_ = steady_now();
};

TEST_F(AlarmTest, RingsNotBeforeItsTime) {
  const TimePoint when = now_ + milliseconds(20);
  alarm_.ensure(when, now_);
  ASSERT_TRUE(rings());
  EXPECT_GE(steady_now(), when);
}

TEST_F(AlarmTest, IsSetAnewForWhatIsEarlier) {
  alarm_.ensure(now_ + 2 * an_hour, now_);
  EXPECT_GT(left(), an_hour);
  alarm_.ensure(now_ + an_hour, now_);
  EXPECT_LE(left(), an_hour);
}

TEST_F(AlarmTest, StaysSetToWhatIsEarlier) {
  alarm_.ensure(now_ + an_hour, now_);
  alarm_.ensure(now_ + 2 * an_hour, now_);
  EXPECT_LE(left(), an_hour);
}

TEST_F(AlarmTest, IsSetAnewOnceItsTimeHasPassed) {
  alarm_.ensure(now_ + an_hour, now_);
  alarm_.ensure(now_ + 3 * an_hour, now_ + an_hour);
  EXPECT_GT(left(), 2 * an_hour);
}

}  // namespace
}  // namespace river::net
