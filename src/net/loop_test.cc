#include "net/loop.h"

#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loop_for_test.h"
#include "net/no_descriptors_for_test.h"
#include "net/peer_for_test.h"
#include "net/probe_for_test.h"

namespace river::net {
namespace {

using testing::ElementsAre;

class LoopTest : public testing::Test {
 protected:
  // Keeps the loop busy until it is released, so that what is posted meanwhile comes together.
  void hold() {
    auto held = std::make_shared<std::latch>(1);
    loop().post([this, held] {
      held->count_down();
      release_.wait();
    });
    held->wait();
  }
  void release() { release_.count_down(); }
  [[nodiscard]] Loop& loop() { return *thread_.loop; }

  Notes notes_;
  LoopThread thread_;

 private:
  std::latch release_{1};
};

TEST_F(LoopTest, IsNotMadeWithoutDescriptors) {
  Metrics metrics;
  std::vector<std::string> errors;
  for (const std::size_t left : {0U, 1U, 2U}) {
    const NoDescriptorsLeft none(left);
    const auto made = Loop::make(SendBatchKind::sendmsg, metrics);
    errors.push_back(made.has_value() ? "no error" : made.error());
  }
  EXPECT_THAT(errors,
              ElementsAre("epoll_create1: Too many open files", "eventfd: Too many open files",
                          "timerfd_create: Too many open files"));
}

TEST_F(LoopTest, RunsPostedTasksInTheirOrder) {
  thread_.start();
  for (const char* name : {"a", "b", "c"}) {
    loop().post([this, name] { notes_.add(name); });
  }
  ASSERT_TRUE(notes_.wait_for("c"));
  EXPECT_THAT(notes_.all(), ElementsAre("a", "b", "c"));
}

TEST_F(LoopTest, RunsWhatWasPostedBeforeItRan) {
  loop().post([this] { notes_.add("early"); });
  thread_.start();
  EXPECT_TRUE(notes_.wait_for("early"));
}

TEST_F(LoopTest, RunsEveryTaskOfManyThreads) {
  constexpr int threads_max = 4;
  constexpr int tasks_max = 2000;
  thread_.start();
  std::vector<std::vector<int>> ran(threads_max);  // touched by the loop only
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < threads_max; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < tasks_max; ++i) {
          loop().post([&ran, t, i] { ran[static_cast<std::size_t>(t)].push_back(i); });
        }
      });
    }
  }
  thread_.finish_turn();
  for (const std::vector<int>& of_one : ran) {
    EXPECT_EQ(of_one.size(), tasks_max);
    EXPECT_TRUE(std::ranges::is_sorted(of_one));
  }
}

TEST_F(LoopTest, RefusesTasksWhenTooManyWaitButNotAnswers) {
  thread_.start();
  hold();
  EXPECT_FALSE(loop().full());
  std::size_t taken = 0;
  while (loop().try_post([] {})) ++taken;
  EXPECT_EQ(taken, Loop::mailbox_messages_max);
  EXPECT_TRUE(loop().full());
  loop().post([this] { notes_.add("answer"); });
  release();
  EXPECT_TRUE(notes_.wait_for("answer"));
  EXPECT_FALSE(loop().full());
  EXPECT_TRUE(loop().try_post([this] { notes_.add("taken again"); }));
  EXPECT_TRUE(notes_.wait_for("taken again"));
}

TEST_F(LoopTest, EndsWithTheTurnInWhichItWasStopped) {
  loop().post([this] {
    loop().stop();
    notes_.add("after stop");
  });
  thread_.start();
  thread_.join();
  EXPECT_THAT(notes_.all(), ElementsAre("after stop"));
}

// ── call_at ──

TEST_F(LoopTest, RunsDueTasksByTheirTimeAndThenByTheirOrder) {
  const auto note = [this](const char* name) { return [this, name] { notes_.add(name); }; };
  const TimePoint now = loop().now();
  loop().call_at(now + milliseconds(30), note("later"));
  loop().call_at(now + milliseconds(10), note("first of two"));
  loop().call_at(now + milliseconds(10), note("second of two"));
  loop().call_at(now - seconds(1), note("overdue"));
  thread_.start();
  ASSERT_TRUE(notes_.wait_for("later"));
  EXPECT_THAT(notes_.all(), ElementsAre("overdue", "first of two", "second of two", "later"));
}

TEST_F(LoopTest, RunsNoTaskBeforeItsTime) {
  thread_.start();
  const TimePoint when = steady_now() + milliseconds(50);
  thread_.on_loop([&] {
    loop().call_at(when, [this, when] { notes_.add(steady_now() < when ? "early" : "in time"); });
  });
  EXPECT_TRUE(notes_.wait_for("in time"));
}

TEST_F(LoopTest, ADueTaskMayAskForAnother) {
  thread_.start();
  thread_.on_loop([&] {
    loop().call_at(loop().now(), [this] {
      notes_.add("one");
      loop().call_at(loop().now() + milliseconds(5), [this] { notes_.add("two"); });
    });
  });
  EXPECT_TRUE(notes_.wait_for("two"));
}

// ── The turn ──

TEST_F(LoopTest, HandsOutAndWritesAfterAllThatHappened) {
  OutboxLimits limits;
  auto [ours, theirs] = make_pair_of_sockets();
  Peer peer(std::move(theirs));
  Connection* connection = nullptr;
  loop().set_turn_end([&] {
    notes_.add("turn end");
    connection->send("handed out ");
  });
  loop().set_writes_done([this] { notes_.add("writes done"); });
  connection = &loop().adopt(std::make_unique<Connection>(
      loop(), std::move(ours), 1, limits, nullptr, std::make_unique<Probe>(notes_)));
  connection->start();
  loop().post([&] {
    notes_.add("task");
    connection->send("said ");
    loop().stop();
  });
  thread_.start();
  EXPECT_EQ(peer.receive_until("out "), "said handed out ");
  thread_.join();
  EXPECT_THAT(notes_.all(), ElementsAre("open", "task", "turn end", "writes done"));
}

TEST_F(LoopTest, ATurnThatIsFullHandsOutBeforeTheNextTask) {
  loop().set_turn_end([this] { notes_.add("turn end"); });
  loop().post([this] {
    notes_.add("much");
    loop().end_turn_early();
  });
  loop().post([this] {
    notes_.add("more");
    loop().stop();
  });
  thread_.start();
  thread_.join();
  EXPECT_THAT(notes_.all(), ElementsAre("much", "turn end", "more", "turn end"));
}

TEST_F(LoopTest, ATurnThatIsFullHandsOutBeforeTheNextDueTask) {
  loop().set_turn_end([this] { notes_.add("turn end"); });
  loop().call_at(TimePoint(), [this] {
    notes_.add("much");
    loop().end_turn_early();
  });
  loop().call_at(TimePoint(), [this] {
    notes_.add("more");
    loop().stop();
  });
  thread_.start();
  thread_.join();
  EXPECT_THAT(notes_.all(), ElementsAre("much", "turn end", "more", "turn end"));
}

TEST_F(LoopTest, KnowsHowLongItsTurnsTake) {
  thread_.start();
  thread_.finish_turn();
  std::uint64_t turns = 0;
  for (std::size_t i = 0; i < Histogram::bucket_count; ++i) turns += thread_.metrics.turn.bucket(i);
  EXPECT_GE(turns, 1U);
}

}  // namespace
}  // namespace river::net
