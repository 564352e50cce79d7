#include "websocket/message_reader.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket/client_frame_for_test.h"
#include "websocket/recording_sink_for_test.h"

namespace river::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A connection with the default limits; `receive` feeds a reader and keeps what it finds.
class MessageReaderTest : public testing::Test {
 protected:
  std::optional<ReadError> receive_bytes(std::string bytes) {
    return reader.feed(bytes, options, inflater, sink);
  }
  std::optional<ReadError> receive(const ClientFrame& frame) {
    return receive_bytes(client_bytes(frame));
  }
  std::optional<ReadError> receive(const std::vector<ClientFrame>& frames) {
    return receive_bytes(client_bytes(frames));
  }

  ReaderOptions options;
  Inflater inflater;
  Deflater deflater;
  RecordingSink sink;
  MessageReader reader;
};

TEST_F(MessageReaderTest, DeliversATextMessage) {
  EXPECT_FALSE(receive({.opcode = Opcode::text, .payload = "Hello"}));
  EXPECT_THAT(sink.calls, ElementsAre("text Hello"));
}

TEST_F(MessageReaderTest, DeliversABinaryMessageThatIsNotUtf8) {
  EXPECT_FALSE(receive({.opcode = Opcode::binary, .payload = "\xff\xfe"}));
  EXPECT_THAT(sink.calls, ElementsAre("binary \xff\xfe"));
}

TEST_F(MessageReaderTest, DeliversEmptyMessages) {
  EXPECT_FALSE(receive({{.opcode = Opcode::text}, {.opcode = Opcode::binary}}));
  EXPECT_THAT(sink.calls, ElementsAre("text ", "binary "));
}

TEST_F(MessageReaderTest, DeliversSeveralMessagesOfOneRead) {
  EXPECT_FALSE(receive({{.payload = "one"}, {.payload = "two"}, {.payload = "three"}}));
  EXPECT_THAT(sink.calls, ElementsAre("text one", "text two", "text three"));
}

TEST_F(MessageReaderTest, JoinsFragments) {
  EXPECT_FALSE(receive({{.payload = "a", .final = false},
                        {.opcode = Opcode::continuation, .payload = "", .final = false},
                        {.opcode = Opcode::continuation, .payload = "bc", .final = false},
                        {.opcode = Opcode::continuation, .payload = "d"}}));
  EXPECT_THAT(sink.calls, ElementsAre("text abcd"));
}

TEST_F(MessageReaderTest, TakesControlFramesBetweenFragments) {
  EXPECT_FALSE(receive({{.payload = "a", .final = false},
                        {.opcode = Opcode::ping, .payload = "1"},
                        {.opcode = Opcode::continuation, .payload = "b", .final = false},
                        {.opcode = Opcode::pong, .payload = "2"},
                        {.opcode = Opcode::continuation, .payload = "c"}}));
  EXPECT_THAT(sink.calls, ElementsAre("ping 1", "pong 2", "text abc"));
}

TEST_F(MessageReaderTest, DeliversPingsOfEveryLength) {
  for (std::size_t size = 0; size <= 125; ++size) {
    const std::string payload(size, 'p');
    ASSERT_FALSE(receive({.opcode = Opcode::ping, .payload = payload}));
    ASSERT_EQ(sink.calls.back(), "ping " + payload);
  }
}

TEST_F(MessageReaderTest, DeliversCloseReasonsOfEveryLength) {
  for (std::size_t size = 0; size <= 123; ++size) {
    reader = MessageReader();
    const std::string reason(size, 'r');
    ASSERT_FALSE(receive({.opcode = Opcode::close, .payload = "\x03\xe8" + reason}));
    ASSERT_EQ(sink.calls.back(), "close 1000 " + reason);
  }
}

TEST_F(MessageReaderTest, SaysThatACloseHadNoCode) {
  EXPECT_FALSE(receive({.opcode = Opcode::close}));
  EXPECT_THAT(sink.calls, ElementsAre("close 1005 "));
}

TEST_F(MessageReaderTest, IgnoresWhatComesAfterAClose) {
  std::vector<ClientFrame> frames = {{.opcode = Opcode::close, .payload = "\x03\xe8"}};
  frames.resize(101, {.payload = "late"});
  EXPECT_FALSE(receive(frames));
  EXPECT_FALSE(receive({.payload = "later"}));
  EXPECT_FALSE(receive_bytes("\xff\xff\xff"));
  EXPECT_THAT(sink.calls, ElementsAre("close 1000 "));
  EXPECT_FALSE(reader.idle());
}

TEST_F(MessageReaderTest, IgnoresWhatComesAfterAnError) {
  EXPECT_TRUE(receive({{.opcode = Opcode::continuation}, {.payload = "late"}}));
  EXPECT_FALSE(receive({.payload = "later"}));
  EXPECT_THAT(sink.calls, IsEmpty());
}

TEST_F(MessageReaderTest, StopsWhenTheSinkSaysSo) {
  sink.calls_max = 2;
  EXPECT_FALSE(receive({{.payload = "1"}, {.payload = "2"}, {.payload = "3"}}));
  EXPECT_FALSE(receive({.payload = "4"}));
  EXPECT_THAT(sink.calls, ElementsAre("text 1", "text 2"));
}

TEST_F(MessageReaderTest, StopsAtAPingWithinAMessage) {
  sink.calls_max = 1;
  EXPECT_FALSE(receive({{.payload = "a", .final = false},
                        {.opcode = Opcode::ping},
                        {.opcode = Opcode::continuation, .payload = "b"}}));
  EXPECT_THAT(sink.calls, ElementsAre("ping "));
}

TEST_F(MessageReaderTest, UnmasksAWholeMessageWhereItLies) {
  class : public MessageSink {
   public:
    bool on_message(Opcode, std::string_view payload) override {
      place = payload.data();
      return true;
    }
    bool on_ping(std::string_view) override { return true; }
    bool on_pong(std::string_view) override { return true; }
    void on_close(std::uint16_t, std::string_view) override {}
    const char* place = nullptr;
  } place_sink;
  std::string bytes = client_bytes(ClientFrame{.payload = "not copied"});
  ASSERT_FALSE(reader.feed(bytes, options, inflater, place_sink));
  EXPECT_EQ(place_sink.place, bytes.data() + 6);
}

TEST_F(MessageReaderTest, TakesEightBytesBetweenMessages) {
  EXPECT_EQ(sizeof(MessageReader), 8U);
  EXPECT_TRUE(reader.idle());
  EXPECT_EQ(reader.buffered_bytes(), 0U);
}

TEST_F(MessageReaderTest, GivesItsMemoryBackAtTheEndOfAMessage) {
  const std::string bytes = client_bytes({{.payload = std::string(1000, 'a'), .final = false},
                                          {.opcode = Opcode::ping, .payload = "p"},
                                          {.opcode = Opcode::continuation, .payload = "b"}});
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    ASSERT_FALSE(receive_bytes(bytes.substr(i, 1)));
    ASSERT_FALSE(reader.idle()) << i;
  }
  EXPECT_GE(reader.buffered_bytes(), 1000U);
  ASSERT_FALSE(receive_bytes(bytes.substr(bytes.size() - 1)));
  EXPECT_TRUE(reader.idle());
  EXPECT_EQ(reader.buffered_bytes(), 0U);
  EXPECT_EQ(sink.calls.back(), "text " + std::string(1000, 'a') + "b");
}

TEST_F(MessageReaderTest, IsIdleAgainAfterAControlFrameInPieces) {
  const std::string bytes = client_bytes(ClientFrame{.opcode = Opcode::ping, .payload = "ping"});
  for (const char byte : bytes) ASSERT_FALSE(receive_bytes(std::string(1, byte)));
  EXPECT_THAT(sink.calls, ElementsAre("ping ping"));
  EXPECT_TRUE(reader.idle());
}

TEST_F(MessageReaderTest, TakesAMessageOfExactlyTheLimit) {
  options.message_bytes_max = 10;
  EXPECT_FALSE(receive({.payload = "0123456789"}));
  EXPECT_FALSE(receive({{.payload = "01234", .final = false},
                        {.opcode = Opcode::continuation, .payload = "56789"}}));
  EXPECT_THAT(sink.calls, ElementsAre("text 0123456789", "text 0123456789"));
}

TEST_F(MessageReaderTest, TakesAsManyFragmentsAsTheLimit) {
  options.fragments_max = 3;
  EXPECT_FALSE(receive({{.payload = "a", .final = false},
                        {.opcode = Opcode::continuation, .payload = "b", .final = false},
                        {.opcode = Opcode::continuation, .payload = "c"}}));
  EXPECT_THAT(sink.calls, ElementsAre("text abc"));
}

TEST_F(MessageReaderTest, FollowsALimitThatIsRaisedLater) {
  options.message_bytes_max = 10;
  EXPECT_FALSE(receive({.payload = "a", .final = false}));
  options.message_bytes_max = 20;
  EXPECT_FALSE(receive({.opcode = Opcode::continuation, .payload = "0123456789abc"}));
  EXPECT_THAT(sink.calls, ElementsAre("text a0123456789abc"));
}

TEST_F(MessageReaderTest, InflatesACompressedMessage) {
  options.deflate = true;
  EXPECT_FALSE(receive(
      {{.payload = deflater.compress("Hello", 15), .compressed = true},
       {.payload = "plain"},
       {.opcode = Opcode::binary, .payload = deflater.compress("\xff", 9), .compressed = true}}));
  EXPECT_THAT(sink.calls, ElementsAre("text Hello", "text plain", "binary \xff"));
}

TEST_F(MessageReaderTest, InflatesAMessageInFragments) {
  options.deflate = true;
  const std::string compressed = deflater.compress("Hello, hello, hello", 15);
  EXPECT_FALSE(receive({{.payload = compressed.substr(0, 3), .final = false, .compressed = true},
                        {.opcode = Opcode::ping},
                        {.opcode = Opcode::continuation, .payload = compressed.substr(3)}}));
  EXPECT_THAT(sink.calls, ElementsAre("ping ", "text Hello, hello, hello"));
}

TEST_F(MessageReaderTest, TakesAnEmptyCompressedMessageInBothForms) {
  options.deflate = true;
  EXPECT_FALSE(receive({{.opcode = Opcode::binary, .compressed = true},
                        {.payload = std::string(1, '\0'), .compressed = true}}));
  EXPECT_THAT(sink.calls, ElementsAre("binary ", "text "));
}

TEST_F(MessageReaderTest, TakesANoisyCompressedMessageOfTheLimit) {
  options.deflate = true;
  std::string noise(options.message_bytes_max, '\0');
  std::uint32_t random = 1;
  for (char& byte : noise) byte = static_cast<char>((random = random * 1664525 + 1013904223) >> 24);
  const std::string compressed = deflater.compress(noise, 15);
  ASSERT_GT(compressed.size(), options.message_bytes_max);
  EXPECT_FALSE(receive({.opcode = Opcode::binary, .payload = compressed, .compressed = true}));
  EXPECT_THAT(sink.calls, ElementsAre("binary " + noise));
}

}  // namespace
}  // namespace river::websocket
