#include "net/timer_wheel.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::net {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr TimePoint start{milliseconds{1'000'003}};  // not at the beginning of a tick
constexpr milliseconds tick = TimerWheel::tick;
constexpr milliseconds revolution = tick * TimerWheel::slots_max;

struct WheelTest : testing::Test {
  std::vector<Timer*> fired_after(milliseconds elapsed) {
    std::vector<Timer*> fired;
    wheel.advance(start + elapsed, [&](Timer& timer) { fired.push_back(&timer); });
    return fired;
  }
  TimerWheel wheel{start};
  Timer first;
  Timer second;
  Timer third;
};

TEST_F(WheelTest, FiresOnceWhenTheDeadlineHasPassed) {
  wheel.schedule(first, start + seconds{1});
  EXPECT_THAT(fired_after(milliseconds{999}), ElementsAre());
  EXPECT_TRUE(first.scheduled());
  EXPECT_THAT(fired_after(seconds{1} + tick), ElementsAre(&first));
  EXPECT_FALSE(first.scheduled());
  EXPECT_THAT(fired_after(seconds{100}), ElementsAre());
}

TEST_F(WheelTest, DoesNotFireWhatWasCancelled) {
  wheel.schedule(first, start + seconds{1});
  wheel.schedule(second, start + seconds{1});
  wheel.cancel(first);
  EXPECT_FALSE(first.scheduled());
  EXPECT_THAT(fired_after(seconds{2}), ElementsAre(&second));
}

TEST_F(WheelTest, CancellingWhatIsNotScheduledDoesNothing) {
  wheel.cancel(first);
  EXPECT_FALSE(first.scheduled());
}

TEST_F(WheelTest, ForgetsATimerThatIsDestroyed) {
  auto timer = std::make_unique<Timer>();
  wheel.schedule(first, start + seconds{1});
  wheel.schedule(*timer, start + seconds{1});
  wheel.schedule(second, start + seconds{1});
  timer.reset();
  EXPECT_THAT(fired_after(seconds{2}), UnorderedElementsAre(&first, &second));
}

TEST_F(WheelTest, SchedulingAgainMovesTheDeadline) {
  wheel.schedule(first, start + seconds{1});
  wheel.schedule(second, start + seconds{9});
  wheel.schedule(first, start + seconds{5});
  wheel.schedule(second, start + seconds{2});
  EXPECT_THAT(fired_after(seconds{3}), ElementsAre(&second));
  EXPECT_THAT(fired_after(seconds{6}), ElementsAre(&first));
}

TEST_F(WheelTest, ADeadlineThatHasPassedFiresAtTheNextTick) {
  wheel.schedule(first, start - seconds{10});
  EXPECT_THAT(fired_after(tick), ElementsAre(&first));
}

TEST_F(WheelTest, HoldsDeadlinesBeyondARevolution) {
  wheel.schedule(first, start + revolution);
  wheel.schedule(second, start + 3 * revolution + seconds{1});
  EXPECT_THAT(fired_after(seconds{1}), ElementsAre());
  EXPECT_THAT(fired_after(revolution + tick), ElementsAre(&first));
  EXPECT_THAT(fired_after(2 * revolution + seconds{2}), ElementsAre());
  EXPECT_THAT(fired_after(3 * revolution + seconds{1} + tick), ElementsAre(&second));
}

TEST_F(WheelTest, CatchesUpAfterALongPause) {
  wheel.schedule(first, start + seconds{1});
  wheel.schedule(second, start + 2 * revolution);
  wheel.schedule(third, start + 100 * revolution);
  EXPECT_THAT(fired_after(10 * revolution), UnorderedElementsAre(&first, &second));
  EXPECT_TRUE(third.scheduled());
}

TEST_F(WheelTest, IgnoresTimeThatDoesNotPass) {
  wheel.schedule(first, start + seconds{1});
  EXPECT_THAT(fired_after(-seconds{5}), ElementsAre());
  EXPECT_THAT(fired_after(seconds{0}), ElementsAre());
  EXPECT_THAT(fired_after(seconds{1} + tick), ElementsAre(&first));
}

TEST_F(WheelTest, ACallbackMayCancelWhatIsDueNext) {
  for (Timer* timer : {&first, &second, &third}) wheel.schedule(*timer, start + seconds{1});
  const std::size_t fired = wheel.advance(start + seconds{2}, [&](Timer&) {
    for (Timer* timer : {&first, &second, &third}) wheel.cancel(*timer);
  });
  EXPECT_EQ(fired, 1U);
  EXPECT_THAT(fired_after(seconds{100}), ElementsAre());
}

TEST_F(WheelTest, ACallbackMayDestroyItsOwnTimerAndTheNext) {
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 10; ++i) {
    timers.push_back(std::make_unique<Timer>());
    wheel.schedule(*timers.back(), start + seconds{1});
  }
  const std::size_t fired = wheel.advance(start + seconds{2}, [&](Timer& due) {
    const auto found = std::ranges::find(timers, &due, &std::unique_ptr<Timer>::get);
    const auto next = found + 1 == timers.end() ? found : found + 1;
    timers.erase(found, next + 1);
  });
  EXPECT_EQ(fired, 5U);
  EXPECT_TRUE(timers.empty());
}

TEST_F(WheelTest, WhatACallbackSchedulesNeverFiresInTheSameCall) {
  wheel.schedule(first, start + seconds{1});
  wheel.schedule(second, start + seconds{1});
  const auto again = [&](Timer&) {
    wheel.schedule(first, start);
    wheel.schedule(second, start);
  };
  EXPECT_EQ(wheel.advance(start + 2 * revolution, again), 1U);
  EXPECT_THAT(fired_after(2 * revolution + tick), UnorderedElementsAre(&first, &second));
}

TEST_F(WheelTest, HintsThatNothingIsScheduled) {
  EXPECT_EQ(wheel.next_due_hint(start), std::nullopt);
  wheel.schedule(first, start + seconds{1});
  wheel.cancel(first);
  EXPECT_EQ(wheel.next_due_hint(start), std::nullopt);
}

TEST_F(WheelTest, HintsWhenTheNextTimerIsDue) {
  wheel.schedule(first, start + seconds{60});
  wheel.schedule(second, start + seconds{2});
  const auto hint = wheel.next_due_hint(start);
  ASSERT_TRUE(hint);
  EXPECT_GE(*hint, seconds{2});
  EXPECT_LT(*hint, seconds{2} + tick);
  EXPECT_THAT(fired_after(*hint), ElementsAre(&second));
}

TEST_F(WheelTest, HintsZeroWhenItIsOverdue) {
  wheel.schedule(first, start + seconds{1});
  EXPECT_EQ(wheel.next_due_hint(start + seconds{5}), milliseconds{0});
}

// Against a plain map of deadlines: seeded random schedules, moves, cancellations and destructions,
// also from callbacks, and time that passes in small and huge steps.
class WheelModel {
 public:
  explicit WheelModel(unsigned seed) : random_(seed) {
    for (int i = 0; i < 40; ++i) timers_.push_back(std::make_unique<Timer>());
  }

  void step() {
    if (below(4) == 0) {
      advance();
    } else {
      change_any();
    }
    check();
  }
  [[nodiscard]] std::size_t fired() const { return fired_; }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  // One random operation on one random timer.
  void change_any() {
    auto& timer = timers_[static_cast<std::size_t>(below(static_cast<int>(timers_.size())))];
    const int operation = below(10);
    if (operation < 7) {
      static constexpr std::array ranges = {200, 5'000, 70'000, 1'000'000};
      const milliseconds delay{below(ranges[static_cast<std::size_t>(below(4))]) - 50};
      wheel_.schedule(*timer, now_ + delay);
      expected_[timer.get()] = now_ + delay;
      if (advancing_) fresh_.push_back(timer.get());
    } else {
      expected_.erase(timer.get());
      std::erase(fresh_, timer.get());
      wheel_.cancel(*timer);
      if (operation == 9) timer = std::make_unique<Timer>();
    }
  }

  void advance() {
    static constexpr std::array ranges = {10, 100, 3'000, 300'000};
    now_ += milliseconds{below(ranges[static_cast<std::size_t>(below(4))])};
    const TimePoint tick_start{now_.time_since_epoch() / tick * tick};
    advancing_ = true;
    wheel_.advance(now_, [&](Timer& timer) {
      ++fired_;
      const auto found = expected_.find(&timer);
      ASSERT_NE(found, expected_.end()) << "fired without being scheduled";
      ASSERT_LE(found->second, now_) << "fired early";
      ASSERT_EQ(std::ranges::count(fresh_, &timer), 0) << "fired in the call that scheduled it";
      expected_.erase(found);
      for (int changes = below(4); changes > 0; --changes) change_any();
    });
    advancing_ = false;
    // What was overdue when it was scheduled waits for a new tick.
    const bool tick_passed = tick_start > last_tick_start_;
    last_tick_start_ = tick_start;
    for (const auto& [timer, deadline] : expected_) {
      if (std::ranges::count(fresh_, timer) > 0) continue;
      ASSERT_FALSE(tick_passed && deadline <= tick_start) << "missed";
    }
    fresh_.clear();
  }

  void check() {
    const auto hint = wheel_.next_due_hint(now_);
    ASSERT_EQ(hint.has_value(), !expected_.empty());
    for (const auto& [timer, deadline] : expected_) {
      ASSERT_TRUE(timer->scheduled());
      ASSERT_EQ(timer->deadline(), deadline);
      ASSERT_LE(now_ + *hint, std::max(deadline, now_) + 2 * tick) << "would sleep too long";
    }
  }

  std::mt19937 random_;
  TimePoint now_ = start;
  TimePoint last_tick_start_ = start;
  TimerWheel wheel_{start};
  std::vector<std::unique_ptr<Timer>> timers_;
  std::map<const Timer*, TimePoint> expected_;
  std::vector<const Timer*> fresh_;  // scheduled by callbacks of the advance under way
  bool advancing_ = false;
  std::size_t fired_ = 0;
};

TEST(TimerWheel, AgreesWithAReferenceUnderRandomOperations) {
  std::size_t fired = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    WheelModel model(seed);
    for (int i = 0; i < 500; ++i) {
      model.step();
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", step " << i;
    }
    fired += model.fired();
  }
  EXPECT_GT(fired, 10'000U);
}

}  // namespace
}  // namespace river::net
