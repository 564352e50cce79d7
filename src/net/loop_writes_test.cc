// How a loop shares its turns out among those that have something to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/connection.h"
#include "net/loop_for_test.h"
#include "net/peer_for_test.h"
#include "net/probe_for_test.h"

namespace river::net {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

// Of the end of a turn, before its writes.
struct Turn {
  std::vector<std::size_t> unsent;  // connections, by number
  bool writes_wait = false;
};

// Two writes a turn, of those that have something new and of those that have waited; `count_`
// connections; at the end of a turn the steps happen, one a turn.
class LoopWritesTest : public testing::TestWithParam<SendBatchKind> {
 protected:
  static constexpr std::size_t count = 7;
  using Step = std::function<void()>;

  void SetUp() override {
    if (thread_.loop == nullptr) GTEST_SKIP() << "io_uring is not to be had here";
    loop().set_writes_a_turn(2);
    for (std::size_t i = 0; i < count; ++i) {
      auto [ours, theirs] = make_pair_of_sockets();
      peers_.emplace_back(std::move(theirs));
      connections_.push_back(&loop().adopt(std::make_unique<Connection>(
          loop(), std::move(ours), i, limits_, nullptr, std::make_unique<Probe>(notes_))));
      connections_.back()->start();
    }
    loop().set_connection_closed([this](std::uint64_t key) { connections_[key] = nullptr; });
  }

  // Runs the loop until nothing is left to do after the steps.
  void run(std::vector<Step> steps) {
    loop().set_turn_end([this, steps = std::move(steps)] {
      turns_.push_back({unsent(), loop().writes_wait()});
      const std::size_t turn = turns_.size() - 1;
      if (turn < steps.size()) {
        steps[turn]();
        loop().post([] {});  // another turn, whether or not anybody waits
      } else if (turns_.back().unsent.empty() && !loop().writes_wait()) {
        loop().stop();
      }
    });
    loop().post([] {});
    thread_.start();
    thread_.join();
  }
  void send_to_all(const std::string& text) {
    for (std::size_t i = 0; i < count; ++i) send(i, text);
  }
  void send(std::size_t i, const std::string& text) {
    if (connections_[i] != nullptr) connections_[i]->send(text);
  }
  [[nodiscard]] std::vector<std::size_t> unsent() const {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < count; ++i) {
      if (connections_[i] != nullptr && connections_[i]->unsent_bytes() > 0) numbers.push_back(i);
    }
    return numbers;
  }
  [[nodiscard]] std::vector<std::string> received(std::string_view end) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(connections_[i] == nullptr ? peers_[i].receive_all()
                                                 : peers_[i].receive_until(end));
    }
    return texts;
  }
  [[nodiscard]] Loop& loop() { return *thread_.loop; }

  OutboxLimits limits_;
  Notes notes_;
  std::vector<Peer> peers_;
  std::vector<Connection*> connections_;
  std::vector<Turn> turns_;
  LoopThread thread_{GetParam()};
};

TEST_P(LoopWritesTest, SpreadsManyWritesOverTurns) {
  run({[this] { send_to_all("hello."); }});
  EXPECT_THAT(received("."), Each("hello."));
  ASSERT_EQ(turns_.size(), 5U);
  EXPECT_THAT(turns_[1].unsent, ElementsAre(2, 3, 4, 5, 6));
  EXPECT_THAT(turns_[2].unsent, ElementsAre(4, 5, 6));
  EXPECT_THAT(turns_[3].unsent, ElementsAre(6));
  EXPECT_TRUE(turns_[3].writes_wait);
  // So that what was held back while they waited goes out: nothing else would wake the loop.
  EXPECT_FALSE(turns_[4].writes_wait);
}

// They waited for a whole fan-out: 65 ms with 19,000 listeners.
TEST_P(LoopWritesTest, WhoHasSomethingNewDoesNotWaitForThoseThatWait) {
  connections_[6]->pause_reading();
  run({[this] {
         for (std::size_t i = 0; i < 6; ++i) send(i, "hello.");
       },
       [this] { send(6, "news."); }});
  EXPECT_EQ(peers_[6].receive_until("."), "news.");
  ASSERT_EQ(turns_.size(), 4U);
  EXPECT_THAT(turns_[1].unsent, ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(turns_[2].unsent, ElementsAre(4, 5));
}

TEST_P(LoopWritesTest, WhoWaitsIsWrittenToAlthoughOthersAlwaysHaveSomethingNew) {
  const auto news = [this] {
    for (const std::size_t i : {0U, 1U, 2U}) send(i, "news.");
  };
  run({[this] { send_to_all("hello."); }, news, news, news});
  ASSERT_EQ(turns_.size(), 5U);
  EXPECT_THAT(turns_[4].unsent, IsEmpty());
  EXPECT_EQ(peers_[6].receive_until("."), "hello.");
  EXPECT_EQ(peers_[2].receive_until("news.news.news."), "hello.news.news.news.");
}

TEST_P(LoopWritesTest, WritesOnceAllThatCameWhileOneWaited) {
  run({[this] { send_to_all("a"); }, [this] { send(6, "b"); }, [this] { send(6, "c."); }});
  EXPECT_EQ(peers_[6].receive_until("."), "abc.");
  EXPECT_THAT(turns_[3].unsent, ElementsAre(6)) << "its place is that of the first";
}

TEST_P(LoopWritesTest, WaitsOnlyForWhoWaitedAlthoughOthersJoin) {
  const auto news = [this](std::vector<std::size_t> to) {
    return [this, to = std::move(to)] {
      for (const std::size_t i : to) send(i, "news.");
    };
  };
  run({[this] { send_to_all("hello."); }, [] {}, news({0, 1, 2, 3}), news({0, 1, 4, 5})});
  ASSERT_GE(turns_.size(), 5U);
  EXPECT_TRUE(turns_[3].writes_wait);
  EXPECT_FALSE(turns_[4].writes_wait);
  EXPECT_THAT(turns_[4].unsent, ElementsAre(3, 4, 5));
}

TEST_P(LoopWritesTest, WaitsNoLongerForWhoIsClosed) {
  run({[this] { send_to_all("hello."); },
       [this] {
         for (const std::size_t i : {4U, 5U, 6U}) connections_[i]->close();
       },
       [this] { send_to_all("news."); }});
  ASSERT_GE(turns_.size(), 3U);
  EXPECT_TRUE(turns_[1].writes_wait);
  EXPECT_FALSE(turns_[2].writes_wait);
}

TEST_P(LoopWritesTest, WritesToAllThatWaitBeforeAFullTurnHandsOutMore) {
  run({[this] { send_to_all("hello."); },
       [this] { loop().post([this] { loop().end_turn_early(); }); }});
  ASSERT_EQ(turns_.size(), 4U);
  EXPECT_THAT(turns_[2].unsent, IsEmpty());
  EXPECT_FALSE(turns_[2].writes_wait);
  EXPECT_THAT(received("."), Each("hello."));
}

// While each turn was full it was never said, and what waited to be noted then grew.
TEST_P(LoopWritesTest, SaysThatAllAreWrittenToBeforeAFullTurnHandsOutMore) {
  std::vector<bool> waits;
  loop().set_writes_done([&] { waits.push_back(loop().writes_wait()); });
  const auto much = [this] {
    send_to_all("hello.");
    loop().post([this] { loop().end_turn_early(); });
  };
  run({much, much});
  ASSERT_GE(waits.size(), 3U);
  EXPECT_TRUE(waits[0]);
  EXPECT_FALSE(waits[1]);
  EXPECT_TRUE(waits[2]);
}

TEST_P(LoopWritesTest, ForgetsWhoIsClosedWhileItWaits) {
  run({[this] { send_to_all("hello."); },
       [this] {
         for (const std::size_t i : {0U, 3U, 5U, 6U}) connections_[i]->close();
       }});
  EXPECT_THAT(received("."), ElementsAre("hello.", "hello.", "hello.", "", "hello.", "", ""));
}

TEST_P(LoopWritesTest, EndsWhoIsEndedWhileItWaits) {
  run({[this] { send_to_all("hello."); }, [this] { connections_[6]->end(); }});
  EXPECT_EQ(peers_[6].receive_all(), "hello.");
}

std::string name_of_kind(const testing::TestParamInfo<SendBatchKind>& kind) {
  return kind.param == SendBatchKind::sendmsg ? "sendmsg" : "io_uring";
}
INSTANTIATE_TEST_SUITE_P(Both, LoopWritesTest,
                         testing::Values(SendBatchKind::sendmsg, SendBatchKind::io_uring),
                         name_of_kind);

}  // namespace
}  // namespace river::net
