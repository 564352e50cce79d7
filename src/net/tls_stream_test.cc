#include "net/tls_stream.h"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "net/tls_context.h"
#include "net/tls_testing.h"

namespace river::net {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing_tls::Client;
using testing_tls::Connected;

class TlsStreamTest : public testing::Test {
 protected:
  TlsStreamTest() {
    const auto pair = testing_tls::make_certificate("river.test");
    context_ = TlsContext::load(directory_.write("certificate.pem", pair.certificate),
                                directory_.write("key.pem", pair.key))
                   .value();
  }

  testing_tls::TemporaryDirectory directory_;
  std::unique_ptr<TlsContext> context_;
  Client client_;
};

// Text in which every place is different from its neighbours.
std::string numbered_text(std::size_t size) {
  std::string text;
  for (int number = 0; text.size() < size; ++number) text += std::to_string(number) + ' ';
  text.resize(size);
  return text;
}

TEST_F(TlsStreamTest, ShakesHandsAndCarriesBytesBothWays) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  EXPECT_EQ(::SSL_version(client_.ssl()), TLS1_3_VERSION);
  EXPECT_EQ(client_.server_name(), "river.test");

  client_.write("hello river");
  EXPECT_EQ(connected.server_reads(), "hello river");
  EXPECT_EQ(connected.last_read.status, TlsStatus::want_read);

  EXPECT_EQ(connected.server_writes("hello client").status, TlsStatus::done);
  EXPECT_EQ(connected.client_reads(), "hello client");
}

TEST_F(TlsStreamTest, TakesAHandshakeByteByByte) {
  Connected connected(*context_, client_);
  TlsStatus status = TlsStatus::want_read;
  for (int flight = 0; flight < 4; ++flight) {
    static_cast<void>(client_.handshake());
    for (const char byte : client_.output()) {
      ASSERT_EQ(connected.wire.to_server({&byte, 1}), 1U);
      status = connected.stream->handshake();
      ASSERT_THAT(status, AnyOf(TlsStatus::want_read, TlsStatus::done));
    }
    client_.input(connected.wire.from_server());
  }
  EXPECT_EQ(status, TlsStatus::done);
}

TEST_F(TlsStreamTest, EchoesAMebibyteThroughTinySocketBuffers) {
  Connected connected(*context_, client_);
  connected.wire.shrink_buffers();
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  const std::string sent = numbered_text(1024 * 1024);
  client_.write(sent);

  std::string queue;
  std::string echoed;
  int full = 0;
  std::array<char, 3'000> buffer{};
  for (int round = 0; round < 100'000 && echoed.size() < sent.size(); ++round) {
    connected.carry(1'000);
    echoed += client_.read();
    if (const TlsResult read = connected.stream->read(buffer); read.status == TlsStatus::done) {
      queue.append(buffer.data(), read.bytes);
    }
    const TlsResult written = connected.server_writes(queue);
    ASSERT_NE(written.status, TlsStatus::failed) << connected.stream->failure();
    if (written.status == TlsStatus::want_write) ++full;
    queue.erase(0, written.bytes);
  }
  EXPECT_EQ(echoed, sent);
  EXPECT_GT(full, 100) << "the socket was to be full most of the time";
}

TEST_F(TlsStreamTest, GathersSmallPiecesIntoOneRecord) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  std::string text = numbered_text(10'000);
  std::vector<iovec> pieces;
  for (std::size_t at = 0; at < text.size(); at += 100) {
    pieces.push_back({text.data() + at, 100});
    pieces.push_back({text.data(), 0});
  }
  const TlsResult written = connected.stream->write(pieces);
  EXPECT_EQ(written.status, TlsStatus::done);
  EXPECT_EQ(written.bytes, text.size());
  connected.carry();
  EXPECT_EQ(client_.read_record(), text);
}

TEST_F(TlsStreamTest, CutsPiecesOfAllSizesIntoRecordsWithoutLoss) {
  std::vector<iovec> pieces;
  std::string text = numbered_text(100'000);
  std::size_t at = 0;
  for (const std::size_t size :
       {0UL, 1UL, 16'384UL, 16'383UL, 2UL, 40'000UL, 0UL, 5'000UL, 20'000UL, 1UL, 2'229UL, 0UL}) {
    pieces.push_back({text.data() + at, size});
    at += size;
  }
  ASSERT_EQ(at, text.size());
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  const TlsResult written = connected.stream->write(pieces);
  EXPECT_EQ(written.bytes, text.size());
  EXPECT_EQ(connected.client_reads(), text);
}

TEST_F(TlsStreamTest, WritesNothingWhenThereIsNothing) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  static_cast<void>(client_.read());
  const TlsResult written = connected.stream->write({});
  EXPECT_EQ(written.status, TlsStatus::done);
  EXPECT_EQ(written.bytes, 0U);
  EXPECT_EQ(connected.wire.from_server(), "");
}

// A slow reader's queue may be dropped between two writes: what was accepted must not be needed
// again, and must arrive whole.
TEST_F(TlsStreamTest, OwnsWhatItAcceptedWhenTheSocketIsFull) {
  Connected connected(*context_, client_);
  connected.wire.shrink_buffers();
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  std::string text = numbered_text(500'000);
  const TlsResult written = connected.server_writes(text);
  ASSERT_EQ(written.status, TlsStatus::want_write);
  ASSERT_LT(written.bytes, text.size());
  EXPECT_TRUE(connected.stream->unsent());
  const std::string accepted = text.substr(0, written.bytes);
  text.assign(text.size(), 'x');
  EXPECT_EQ(connected.server_writes("bye").bytes, 0U) << "nothing more until it is flushed";

  EXPECT_EQ(connected.client_reads(), accepted);
  EXPECT_FALSE(connected.stream->unsent());
  EXPECT_EQ(connected.server_writes("bye").status, TlsStatus::done);
  EXPECT_EQ(connected.client_reads(), "bye");
}

TEST_F(TlsStreamTest, SaysThatBytesAreStillToBeReadWhenTheSocketIsEmpty) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  client_.write("first");
  client_.write("second");
  connected.carry();
  std::array<char, 3> buffer{};
  EXPECT_EQ(connected.stream->read(buffer).bytes, 3U);
  EXPECT_TRUE(connected.stream->pending());
  EXPECT_EQ(connected.server_reads(), "stsecond");
  EXPECT_FALSE(connected.stream->pending());
}

TEST_F(TlsStreamTest, SaysGoodbyeOnce) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  ASSERT_EQ(connected.server_writes("last words").status, TlsStatus::done);
  connected.stream->shutdown();
  EXPECT_EQ(connected.client_reads(), "last words");
  EXPECT_TRUE(client_.was_told_the_end());
  connected.stream->shutdown();
  EXPECT_EQ(connected.wire.from_server(), "");
}

TEST_F(TlsStreamTest, SaysGoodbyeBehindWhatTheSocketDidNotTake) {
  Connected connected(*context_, client_);
  connected.wire.shrink_buffers();
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  const std::string text = numbered_text(100'000);
  const TlsResult written = connected.server_writes(text);
  ASSERT_EQ(written.status, TlsStatus::want_write);
  connected.stream->shutdown();
  EXPECT_EQ(connected.client_reads(), text.substr(0, written.bytes));
  EXPECT_TRUE(client_.was_told_the_end());
}

TEST_F(TlsStreamTest, ReportsTheEndAfterTheLastBytes) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  client_.write("last words");
  ::SSL_shutdown(client_.ssl());
  EXPECT_EQ(connected.server_reads(), "last words");
  EXPECT_EQ(connected.last_read.status, TlsStatus::closed);
}

TEST_F(TlsStreamTest, TakesAnEndWithoutGoodbyeAsAnEnd) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  connected.wire.close_client();
  std::array<char, 10> buffer{};
  EXPECT_EQ(connected.stream->read(buffer).status, TlsStatus::closed);
}

TEST_F(TlsStreamTest, FailsWithoutASignalWhenThePeerIsGone) {
  ASSERT_NE(::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.wire.close_client();
  EXPECT_EQ(connected.server_writes("anyone?").status, TlsStatus::failed);
  EXPECT_EQ(connected.stream->failure(), "Broken pipe");
  EXPECT_EQ(connected.server_writes("anyone?").status, TlsStatus::failed);
  connected.stream->shutdown();
}

TEST_F(TlsStreamTest, FailsCleanlyOnGarbageInsteadOfAHandshake) {
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\nHost: river\r\n\r\n"), std::string(2'000, '\xff'),
        std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", 10), std::string(600, '\0')}) {
    Connected connected(*context_, client_);
    connected.wire.to_server(garbage);
    EXPECT_EQ(connected.stream->handshake(), TlsStatus::failed);
    EXPECT_NE(connected.stream->failure(), "");
    EXPECT_EQ(::ERR_peek_error(), 0U) << "left for the next connection to stumble over";
    EXPECT_EQ(connected.stream->handshake(), TlsStatus::failed);
    std::array<char, 10> buffer{};
    EXPECT_EQ(connected.stream->read(buffer).status, TlsStatus::failed);
    EXPECT_EQ(connected.server_writes("x").status, TlsStatus::failed);
    connected.stream->shutdown();
  }
}

TEST_F(TlsStreamTest, NamesPlainHttpAsTheReason) {
  Connected connected(*context_, client_);
  connected.wire.to_server("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(connected.stream->handshake(), TlsStatus::failed);
  EXPECT_EQ(connected.stream->failure(), "http request");
}

TEST_F(TlsStreamTest, FailsCleanlyOnGarbageAfterTheHandshake) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.wire.to_server(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  std::array<char, 10> buffer{};
  EXPECT_EQ(connected.stream->read(buffer).status, TlsStatus::failed);
  EXPECT_NE(connected.stream->failure(), "");
}

TEST_F(TlsStreamTest, ReportsAPeerThatLeavesAmidTheHandshake) {
  Connected connected(*context_, client_);
  static_cast<void>(client_.handshake());
  connected.wire.to_server(client_.output().substr(0, 50));
  ASSERT_EQ(connected.stream->handshake(), TlsStatus::want_read);
  connected.wire.close_client();
  EXPECT_EQ(connected.stream->handshake(), TlsStatus::closed);
}

// Each key update asks for an answer; a peer that never reads them must not fill our memory.
TEST_F(TlsStreamTest, EndsAPeerThatAsksForAnswersAndReadsNone) {
  Connected connected(*context_, client_);
  connected.wire.shrink_buffers();
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  connected.carry();
  TlsResult result{TlsStatus::want_read};
  std::array<char, 10> buffer{};
  for (int i = 0; i < 100'000 && result.status == TlsStatus::want_read; ++i) {
    ASSERT_EQ(::SSL_key_update(client_.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_TRUE(client_.handshake());
    connected.wire.to_server(client_.output());
    connected.stream->begin_turn(1000);
    result = connected.stream->read(buffer);
  }
  EXPECT_EQ(result.status, TlsStatus::failed);
  EXPECT_EQ(connected.stream->failure(), "No buffer space available");
}

TEST_F(TlsStreamTest, ReadsNoMoreOfTheSocketInATurnThanItMay) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  constexpr std::size_t records = 1'000;
  constexpr std::size_t records_a_turn = 10;
  std::string sent;
  for (std::size_t i = 0; i < records; ++i) {
    client_.write("x");
    if (i == records_a_turn - 1) sent = client_.output();
  }
  const std::size_t wire_bytes = sent.size();
  connected.wire.to_server(sent + client_.output());
  std::array<char, 4'096> buffer{};
  for (std::size_t left = records; left > 0; left -= records_a_turn) {
    connected.stream->begin_turn(wire_bytes);
    ASSERT_EQ(connected.stream->read(buffer).bytes, records_a_turn);
    ASSERT_EQ(connected.stream->read(buffer).status, TlsStatus::want_read);
    ASSERT_FALSE(connected.stream->pending());
  }
}

// A key update gives nothing to read, so OpenSSL goes on with what follows it: millions of them
// kept a loop for as long as they came.
TEST_F(TlsStreamTest, EndsAPeerThatDoesLittleMoreThanReplaceItsKeys) {
  Connected connected(*context_, client_);
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  const auto after_updates = [&](std::uint32_t updates) {
    for (std::uint32_t i = 0; i < updates; ++i) {
      EXPECT_EQ(::SSL_key_update(client_.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
      EXPECT_TRUE(client_.handshake());
    }
    client_.write("x");
    connected.wire.to_server(client_.output());
    connected.stream->begin_turn(65'536);
    std::array<char, 10> buffer{};
    const TlsResult first = connected.stream->read(buffer);
    return first.status == TlsStatus::done ? connected.stream->read(buffer).status : first.status;
  };
  EXPECT_EQ(after_updates(TlsStream::key_updates_a_turn), TlsStatus::want_read);
  EXPECT_EQ(after_updates(TlsStream::key_updates_a_turn), TlsStatus::want_read);
  EXPECT_EQ(after_updates(TlsStream::key_updates_a_turn + 1), TlsStatus::failed);
  EXPECT_EQ(connected.stream->failure(), "Protocol error");
}

}  // namespace
}  // namespace river::net
