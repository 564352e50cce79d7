#include "net/connection.h"

#include <array>

#include "net/connection_for_test.h"

namespace river::net {
namespace {

using testing::Contains;
using testing::Not;
using testing::StartsWith;

class ConnectionTest : public ConnectionFixture {};

TEST_P(ConnectionTest, TakesBytesInAndOut) {
  const auto peer = connect();
  peer->send("hello");
  ASSERT_TRUE(notes_.wait_for("data hello"));
  with_connection([](Connection& connection) { connection.send("goodbye"); });
  EXPECT_EQ(peer->receive(7), "goodbye");
  EXPECT_EQ(thread_.metrics.connections_open.value(), 1U);
}

TEST_P(ConnectionTest, SendsWhatIsSaidInOneTurnInItsOrder) {
  const auto peer = connect();
  std::string all;
  for (std::size_t i = 0; i < 500; ++i) all += std::to_string(i) + ' ';
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 500; ++i) connection.send(std::to_string(i) + ' ');
    connection.end();
    connection.send("too late");
  });
  EXPECT_TRUE(peer->receive_all() == all);
}

TEST_P(ConnectionTest, WaitsForAPeerThatReadsSlowly) {
  limits_.bytes_max = 100'000'000;
  const auto peer = connect({{"drained", [this](Connection&) { notes_.add("drained"); }}});
  thread_.finish_turn();
  const std::ptrdiff_t drained_before = notes_.count("drained");
  std::string all;
  for (std::size_t i = 0; i < 3000; ++i) all += chunk(i);
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 3000; ++i) connection.send(chunk(i));
  });
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("drained"), drained_before) << "nobody has read yet";
  EXPECT_TRUE(peer->receive(all.size()) == all);
  EXPECT_TRUE(notes_.wait_for("drained", drained_before + 1));
  with_connection([](Connection& connection) { EXPECT_EQ(connection.outbox_bytes(), 0U); });
}

TEST_P(ConnectionTest, TellsOnceThatTooMuchWaits) {
  limits_.bytes_max = 500'000;
  const auto peer = connect({{"overflow", [](Connection& connection) {
                                connection.drop_queued();
                                connection.send("the end");
                                connection.end();
                              }}});
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 5000; ++i) connection.send(chunk(i));
  });
  ASSERT_TRUE(notes_.wait_for("overflow"));
  // Whole chunks, and the last word behind them.
  const std::string all = peer->receive_all();
  ASSERT_TRUE(all.ends_with("the end"));
  const std::size_t chunks = (all.size() - 7) / 1000;
  EXPECT_EQ(all.size(), chunks * 1000 + 7);
  EXPECT_LT(chunks, 5000U);
  std::string expected;
  for (std::size_t i = 0; i < chunks; ++i) expected += chunk(i);
  EXPECT_TRUE(all == expected + "the end");
  EXPECT_EQ(notes_.count("overflow"), 1);
  EXPECT_EQ(thread_.metrics.outbox_overflows.value(), 1U);
}

// A client whose commands had large answers could queue any amount in one turn.
TEST_P(ConnectionTest, QueuesNoMoreInOneTurnThanMayWait) {
  limits_.bytes_max = 500'000;
  const auto peer = connect({{"overflow", [](Connection& connection) { connection.end(); }}});
  with_connection([this](Connection& connection) {
    std::size_t most = 0;
    for (std::size_t i = 0; i < 5000; ++i) {
      connection.send(chunk(i));
      most = std::max(most, connection.outbox_bytes());
    }
    EXPECT_LE(most, limits_.bytes_max + 1000);
    EXPECT_EQ(notes_.count("overflow"), 0) << "send() calls nobody";
  });
  EXPECT_TRUE(notes_.wait_for("overflow"));
}

TEST_P(ConnectionTest, WritesBeforeTheTurnEndsWhatIsMoreThanMayWait) {
  limits_.bytes_max = 2'500;
  const auto peer = connect();
  thread_.finish_turn();
  with_connection([](Connection& connection) {
    connection.send(chunk(0));
    connection.send(chunk(1));
    EXPECT_EQ(connection.outbox_bytes(), 2000U);
    connection.send(chunk(2));
    EXPECT_EQ(connection.outbox_bytes(), 0U);
    connection.send(chunk(3));
  });
  EXPECT_TRUE(peer->receive(4000) == chunk(0) + chunk(1) + chunk(2) + chunk(3));
  EXPECT_EQ(notes_.count("overflow"), 0);
}

TEST_P(ConnectionTest, ClosesASlowReaderThatItsHandlerKeeps) {
  limits_.bytes_max = 500'000;
  const auto peer = connect();
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 1000; ++i) connection.send(chunk(i));
  });
  EXPECT_TRUE(notes_.wait_for("closed"));
  EXPECT_EQ(notes_.count("overflow"), 1);
}

TEST_P(ConnectionTest, TellsThatSomethingWaitsForTooLong) {
  limits_.bytes_max = 100'000'000;
  limits_.age_max = milliseconds(50);
  const auto peer = connect({{"overflow", [](Connection& connection) { connection.close(); }}});
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 3000; ++i) connection.send(chunk(i));
  });
  EXPECT_TRUE(notes_.wait_for("closed"));
  EXPECT_EQ(notes_.count("overflow"), 1);
}

TEST_P(ConnectionTest, KeepsAPeerWithinItsLimits) {
  const auto peer = connect();
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 900; ++i) connection.send(chunk(i));
  });
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("overflow"), 0);
  EXPECT_EQ(peer->receive(900'000).size(), 900'000U);
}

// ── The end ──

TEST_P(ConnectionTest, EndsWithItsLastWordAndWaitsForThePeer) {
  auto peer = connect();
  with_connection([](Connection& connection) {
    connection.send("goodbye");
    connection.end();
    EXPECT_TRUE(connection.is_ending());
  });
  EXPECT_EQ(peer->receive_all(), "goodbye");
  EXPECT_EQ(notes_.count("closed"), 0);
  peer.reset();
  EXPECT_TRUE(notes_.wait_for("closed"));
  EXPECT_TRUE(notes_.wait_for("key 42"));
  EXPECT_TRUE(notes_.wait_for("gone"));
  EXPECT_EQ(thread_.metrics.connections_open.value(), 0U);
}

TEST_P(ConnectionTest, WhatComesAfterItsEndIsThrownAway) {
  auto peer = connect();
  with_connection([](Connection& connection) { connection.end(); });
  thread_.finish_turn();
  peer->send("more");
  peer.reset();
  ASSERT_TRUE(notes_.wait_for("closed"));
  EXPECT_THAT(notes_.all(), Not(Contains(StartsWith("data"))));
}

TEST_P(ConnectionTest, DoesNotWaitForEverForAPeerThatStays) {
  limits_.age_max = milliseconds(100);
  const auto silent = connect({}, "silent");
  with_connection([](Connection& connection) { connection.end(); });
  const auto deaf = connect({}, "deaf");
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 900; ++i) connection.send(chunk(i));
    connection.end();
  });
  EXPECT_TRUE(notes_.wait_for("silent closed"));
  EXPECT_TRUE(notes_.wait_for("deaf closed"));
}

TEST_P(ConnectionTest, SendsAllToASlowReaderBeforeItEnds) {
  const auto peer = connect();
  std::string all;
  for (std::size_t i = 0; i < 900; ++i) all += chunk(i);
  with_connection([](Connection& connection) {
    for (std::size_t i = 0; i < 900; ++i) connection.send(chunk(i));
    connection.end();
  });
  EXPECT_TRUE(peer->receive_all() == all);
}

// Last words were cut after two seconds without progress; with TLS, after two seconds if they were
// one record.
TEST_P(ConnectionTest, LeavesAPeerTimeForItsLastWords) {
  const auto peer = connect();
  const std::string words(15'000, 'x');
  with_connection([&](Connection& connection) {
    connection.send(words);
    connection.end();
    Loop& loop = *thread_.loop;
    loop.call_at(loop.now() + Connection::linger + milliseconds(500), [&] { notes_.add("late"); });
  });
  ASSERT_TRUE(notes_.wait_for("late"));
  EXPECT_EQ(notes_.count("closed"), 0);
  EXPECT_TRUE(peer->receive_all() == words);
}

// With a short age it stayed for as long as it had something to read: its looks were counted in a
// byte, which began anew.
TEST_P(ConnectionTest, WaitsAMinuteAtMostForAPeerThatReadsItsLastWords) {
  limits_ = {.bytes_max = 100'000'000, .age_max = milliseconds(100)};
  const auto peer = connect();
  const TimePoint ended = thread_.on_loop([this] {
    for (std::size_t i = 0; i < 20'000; ++i) connection_->send(chunk(i));
    connection_->end();
    return thread_.loop->now();
  });
  // The clock is the test's, and runs ahead of that of the loop, whose looks never come then.
  TimePoint now = ended;
  while (notes_.count("closed") == 0 && now - ended <= Connection::last_words_time) {
    thread_.finish_turn();
    std::array<char, 65'536> bytes;
    while (::recv(peer->fd(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
    }
    thread_.finish_turn();
    now += limits_.age_max;
    with_connection([now](Connection& connection) { connection.on_timer(now); });
  }
  EXPECT_EQ(notes_.count("closed"), 1);
  EXPECT_GE(now - ended, Connection::last_words_time);
}

TEST_P(ConnectionTest, HearsThatThePeerHasLeft) {
  auto peer = connect();
  peer.reset();
  EXPECT_TRUE(notes_.wait_for("closed"));
  // With TLS it has broken off: it did not say that this was all.
  EXPECT_EQ(notes_.count("end"), GetParam().tls ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(Ways, ConnectionTest,
                         testing::Values(Way{SendBatchKind::sendmsg, false},
                                         Way{SendBatchKind::io_uring, false},
                                         Way{SendBatchKind::sendmsg, true}),
                         name_of);

// ── Half a connection: in clear only, as the end of TLS is the end of both ways ──

class ClearConnection : public ConnectionFixture {};

TEST_P(ClearConnection, GoesOnSendingToAPeerThatHasFinished) {
  const auto peer = connect({{"end", [](Connection& connection) { connection.send("answer"); }}});
  peer->send("question");
  peer->end_sending();
  EXPECT_EQ(peer->receive(6), "answer");
  with_connection([](Connection& connection) { connection.end(); });
  EXPECT_EQ(peer->receive_all(), "");
  EXPECT_TRUE(notes_.wait_for("closed"));
}

INSTANTIATE_TEST_SUITE_P(Ways, ClearConnection,
                         testing::Values(Way{SendBatchKind::sendmsg, false},
                                         Way{SendBatchKind::io_uring, false}),
                         name_of);

// ── TLS ──

class TlsConnection : public ConnectionFixture {};

TEST_P(TlsConnection, HearsWhatComesInOnePacketWithTheEndOfTheHandshake) {
  auto [ours, theirs] = make_pair_of_sockets();
  adopt(std::move(ours));
  TlsPeer peer(std::move(theirs), "early");
  EXPECT_TRUE(notes_.wait_for("data early"));
}

// What was read ahead is not in the socket any more: no event tells of it.
TEST_P(TlsConnection, HearsWhatWasReadAheadBeforeAPause) {
  const auto peer = connect({{"data", [](Connection& connection) { connection.pause_reading(); }}});
  thread_.finish_turn();
  with_connection([](Connection& connection) { connection.pause_reading(); });
  // A little more than is read at once, in records so small that the rest is read ahead.
  const std::string sent(Loop::read_buffer_bytes + 2000, 'x');
  static_cast<TlsPeer&>(*peer).send_in_records(sent, 100);
  std::size_t heard = 0;
  for (int i = 0; i < 10 && heard < sent.size(); ++i) {
    with_connection([](Connection& connection) { connection.resume_reading(); });
    thread_.finish_turn();
    with_connection([&](Connection& connection) {
      heard = static_cast<Probe*>(connection.handler())->bytes();
    });
  }
  EXPECT_EQ(heard, sent.size());
}

// Who ended its stream while nothing was read from it was not noticed before the next time limit.
TEST_P(TlsConnection, HearsAnEndThatWasReadAheadBeforeAPause) {
  const auto peer = connect({{"data", [](Connection& connection) { connection.pause_reading(); }}});
  static_cast<TlsPeer&>(*peer).send_last("all");
  ASSERT_TRUE(notes_.wait_for("data all"));
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("end"), 0);
  with_connection([](Connection& connection) { connection.resume_reading(); });
  thread_.finish_turn();
  EXPECT_EQ(notes_.count("end"), 1);
}

// A last record that the peer did not take was nobody's: its age was not looked at.
TEST_P(TlsConnection, TellsThatItsLastRecordWaitsForTooLong) {
  limits_.age_max = milliseconds(50);
  const auto peer = connect({{"overflow", [](Connection& connection) { connection.close(); }}});
  with_connection([](Connection& connection) { connection.send(std::string(15'000, 'x')); });
  EXPECT_TRUE(notes_.wait_for("overflow"));
}

// A stopping server closed the connection: the last record of an answer was sent by half.
TEST_P(TlsConnection, KnowsWhatIsUnsentOfARecord) {
  const auto peer = connect();
  with_connection([](Connection& connection) { connection.send(std::string(15'000, 'x')); });
  thread_.finish_turn();
  with_connection([](Connection& connection) {
    EXPECT_EQ(connection.outbox_bytes(), 0U);
    EXPECT_GT(connection.unsent_bytes(), 0U);
  });
  EXPECT_EQ(peer->receive(15'000).size(), 15'000U);
  thread_.finish_turn();
  with_connection([](Connection& connection) { EXPECT_EQ(connection.unsent_bytes(), 0U); });
}

// It read a mebibyte before others were heard.
TEST_P(TlsConnection, LeavesTheTurnToOthersWhateverComes) {
  constexpr std::size_t piece = 65'536;
  constexpr std::size_t all = 32 * piece;
  std::size_t sent = 0;
  std::size_t heard_before = 0;
  std::size_t most = 0;
  std::unique_ptr<Peer> peer;
  // On the loop, as long as there is something to read: it never runs out.
  const auto send_more = [&] {
    if (sent == all) return;
    peer->send(std::string(piece, 'x'));
    sent += piece;
  };
  peer = connect({{"data", [&](Connection&) { send_more(); }}});
  const auto heard = [this] { return static_cast<Probe*>(connection_->handler())->bytes(); };
  thread_.on_loop([&] {
    thread_.loop->set_turn_end(
        [&] { most = std::max(most, heard() - std::exchange(heard_before, heard())); });
    send_more();
  });
  while (thread_.on_loop(heard) < all) {
  }
  thread_.on_loop([&] {
    thread_.loop->set_turn_end({});
    EXPECT_GE(most, piece / 2);
    EXPECT_LE(most, Loop::read_buffer_bytes + 16 * 1024);  // and a record that was read ahead
  });
}

// A turn was counted in bytes for the handler: of records with one byte each it read as many as a
// peer could send, a quarter of a million at least.
TEST_P(TlsConnection, LeavesTheTurnToOthersHoweverSmallTheRecordsAre) {
  constexpr std::size_t records = 4'500;  // fit into the socket
  constexpr std::size_t wire_bytes_a_record = 5 + 1 + 1 + 16;
  std::size_t heard_before = 0;
  std::size_t most = 0;
  const auto peer = connect();
  const auto heard = [this] { return static_cast<Probe*>(connection_->handler())->bytes(); };
  thread_.on_loop([&] {
    thread_.loop->set_turn_end(
        [&] { most = std::max(most, heard() - std::exchange(heard_before, heard())); });
    static_cast<TlsPeer&>(*peer).send_in_records(std::string(records, 'x'), 1);
  });
  while (thread_.on_loop(heard) < records) {
  }
  thread_.on_loop([&] {
    thread_.loop->set_turn_end({});
    EXPECT_LE(most, Loop::read_buffer_bytes / wire_bytes_a_record + 1);
  });
}

TEST_P(TlsConnection, SaysThatTheStreamIsWhole) {
  const auto peer = connect();
  with_connection([](Connection& connection) {
    connection.send("all");
    connection.end();
  });
  EXPECT_EQ(peer->receive_all(), "all");
  EXPECT_TRUE(static_cast<TlsPeer&>(*peer).was_told_the_end());
}

TEST_P(TlsConnection, ClosesWhoDoesNotSpeakTls) {
  auto [ours, theirs] = make_pair_of_sockets();
  adopt(std::move(ours));
  Peer peer(std::move(theirs));
  peer.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(notes_.wait_for("closed"));
  EXPECT_THAT(notes_.all(), Not(Contains(StartsWith("data"))));
  EXPECT_EQ(thread_.metrics.tls_failures.value(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Ways, TlsConnection, testing::Values(Way{SendBatchKind::sendmsg, true}),
                         name_of);

}  // namespace
}  // namespace river::net
