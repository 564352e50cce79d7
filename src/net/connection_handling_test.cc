// What a handler may do with its connection, and what it is told.
#include "net/connection.h"
#include "net/connection_for_test.h"

namespace river::net {
namespace {

using testing::ElementsAre;

class ConnectionHandling : public ConnectionFixture {};

TEST_P(ConnectionHandling, MayCloseItselfWhateverItIsTold) {
  const Probe::Reaction close = [](Connection& connection) { connection.close(); };
  const auto at_data = connect({{"data", close}}, "data");
  at_data->send("x");
  EXPECT_TRUE(notes_.wait_for("data closed"));
  auto at_end = connect({{"end", close}}, "end");
  at_end.reset();
  EXPECT_TRUE(notes_.wait_for("end closed"));
  const auto at_timer = connect({{"timer", close}}, "timer");
  with_connection([this](Connection& c) { c.ensure_timer(thread_.loop->now()); });
  EXPECT_TRUE(notes_.wait_for("timer closed"));
  const Probe::Reaction send = [](Connection& connection) { connection.send("x"); };
  const auto when_sent = connect({{"open", send}, {"drained", close}}, "sent");
  EXPECT_TRUE(notes_.wait_for("sent closed"));
  EXPECT_TRUE(notes_.wait_for("sent gone"));
  for (const char* name : {"data", "end", "timer", "sent"}) {
    EXPECT_EQ(notes_.count(std::string(name) + " closed"), 1) << name;
  }
}

TEST_P(ConnectionHandling, MayCloseAnotherThatHasSomethingToSayInTheSameTurn) {
  Connection* first = nullptr;
  Connection* second = nullptr;
  // Whoever is heard first closes the other one.
  const auto close_other = [&](Connection& connection) {
    Connection& other = &connection == first ? *second : *first;
    if (other.is_open()) other.close();
  };
  const auto one = connect({{"data", close_other}}, "a");
  first = connection_;
  const auto two = connect({{"data", close_other}}, "a");
  second = connection_;
  thread_.on_loop([&] {
    one->send("x");
    two->send("x");
  });
  EXPECT_TRUE(notes_.wait_for("a closed"));
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("a data x"), 1);
  EXPECT_EQ(notes_.count("a closed"), 1);
}

// The loop kept it in its list of those that have something to write: with more to say in the last
// round of a turn's writing, and closed in the same.
TEST_P(ConnectionHandling, MayBeClosedWhenTheTurnIsWrittenAndItHasMoreToSay) {
  const auto peer = connect();
  with_connection([this](Connection& connection) {
    thread_.loop->set_writes_done([&connection, done = false]() mutable {
      if (std::exchange(done, true)) return;
      connection.send("x");
      connection.close();
    });
  });
  EXPECT_TRUE(notes_.wait_for("gone"));
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("closed"), 1);
}

TEST_P(ConnectionHandling, GivesWhatFollowsToItsNewHandler) {
  const auto peer = connect(
      {{"data",
        [this](Connection& connection) {
          connection.set_handler(std::make_unique<Probe>(notes_, Probe::Reactions(), "second"));
          notes_.add("still here");
        }}},
      "first");
  peer->send("one");
  EXPECT_TRUE(notes_.wait_for("first gone"));
  peer->send("two");
  EXPECT_TRUE(notes_.wait_for("second data two"));
  EXPECT_THAT(notes_.all(), ElementsAre("first open", "first data one", "second open", "still here",
                                        "first gone", "second data two"));
}

TEST_P(ConnectionHandling, RingsItsTimerNotBeforeItsTimeAndOnce) {
  const auto peer = connect();
  TimePoint when;
  with_connection([&](Connection& connection) {
    when = thread_.loop->now() + milliseconds(60);
    connection.ensure_timer(when + seconds(1000));
    connection.ensure_timer(when);
    connection.ensure_timer(when + seconds(2000));  // it will ask again when it is called
  });
  ASSERT_TRUE(notes_.wait_for("timer"));
  EXPECT_GE(steady_now(), when);
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("timer"), 1);
}

TEST_P(ConnectionHandling, HearsNothingWhileItIsPaused) {
  const auto peer = connect();
  thread_.finish_turn();
  with_connection([](Connection& connection) { connection.pause_reading(); });
  peer->send("hello");
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("data hello"), 0);
  with_connection([](Connection& connection) { connection.resume_reading(); });
  EXPECT_TRUE(notes_.wait_for("data hello"));
}

TEST_P(ConnectionHandling, HearsAllOfItAfterPausesInTheMidst) {
  const auto peer = connect({{"data", [](Connection& connection) { connection.pause_reading(); }}});
  const std::string sent(60'000, 'x');
  peer->send(sent);
  std::size_t heard = 0;
  const TimePoint deadline = steady_now() + test_patience;
  while (heard < sent.size() && steady_now() < deadline) {
    with_connection([&](Connection& connection) {
      connection.resume_reading();
      heard = static_cast<Probe*>(connection.handler())->bytes();
    });
  }
  EXPECT_EQ(heard, sent.size());
}

TEST_P(ConnectionHandling, NoticesThatAPausedPeerIsGone) {
  auto peer = connect();
  with_connection([](Connection& connection) { connection.pause_reading(); });
  peer.reset();
  EXPECT_TRUE(notes_.wait_for("closed"));
}

TEST_P(ConnectionHandling, NoticesThatAPeerItWaitsForIsGone) {
  auto peer = connect();
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 900; ++i) connection.send(chunk(i));
  });
  thread_.finish_turn();
  peer.reset();
  EXPECT_TRUE(notes_.wait_for("closed"));
}

INSTANTIATE_TEST_SUITE_P(Ways, ConnectionHandling,
                         testing::Values(Way{SendBatchKind::sendmsg, false},
                                         Way{SendBatchKind::io_uring, false},
                                         Way{SendBatchKind::sendmsg, true}),
                         name_of);

}  // namespace
}  // namespace river::net
