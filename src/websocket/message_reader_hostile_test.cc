// What hostile clients send, and the close code that each gets.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "websocket/client_frame_for_test.h"
#include "websocket/message_reader.h"
#include "websocket/recording_sink_for_test.h"

namespace river::websocket {
namespace {

using namespace std::string_literals;  // for literals with NULs in them

class HostileClient : public testing::Test {
 protected:
  // The close code that the bytes get, or 0 for none.
  int answer_to_bytes(std::string bytes) {
    const auto error = reader.feed(bytes, options, inflater, sink);
    return error ? error->close_code : 0;
  }
  int answer(const std::vector<ClientFrame>& frames) {
    return answer_to_bytes(client_bytes(frames));
  }
  int answer(const ClientFrame& frame) { return answer_to_bytes(client_bytes(frame)); }

  int answer_to_close(std::string body) {
    reader = MessageReader();
    return answer({.opcode = Opcode::close, .payload = std::move(body)});
  }
  int answer_to_text(std::string text) {
    reader = MessageReader();
    return answer({.payload = std::move(text)});
  }

  ReaderOptions options;
  Inflater inflater;
  Deflater deflater;
  RecordingSink sink;
  MessageReader reader;
};

TEST_F(HostileClient, IsRefusedOnTheSecondByteOfAnUnmaskedFrame) {
  EXPECT_EQ(answer_to_bytes("\x81\x05"s + "hello"), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer_to_bytes("\x81\x7e"), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer_to_bytes("\x81"), 0);
  EXPECT_EQ(answer_to_bytes("\x05"), 1002);
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, CannotClaimANegativeLength) {
  EXPECT_EQ(answer_to_bytes("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"s), 1002);
}

TEST_F(HostileClient, IsRefusedAtTheHeaderOfAFrameOverTheLimit) {
  for (const std::size_t size : {options.message_bytes_max + 1, 0x7fff'ffff'ffff'ffffUL,
                                 (1UL << 32) + 5, std::size_t{1} << 32}) {
    reader = MessageReader();
    EXPECT_EQ(answer_to_bytes(client_header({.opcode = Opcode::binary}, size)), 1009) << size;
  }
}

TEST_F(HostileClient, CannotMakeASumOfLengthsOverflow) {
  EXPECT_EQ(answer({.opcode = Opcode::binary, .payload = std::string(100, 'a'), .final = false}),
            0);
  EXPECT_EQ(answer_to_bytes(client_header({.opcode = Opcode::continuation}, 0x7fff'ffff'ffff'ffff)),
            1009);
}

TEST_F(HostileClient, CannotMakeASumOverflowAfterTheLimitWasLowered) {
  EXPECT_EQ(answer({.payload = std::string(100, 'a'), .final = false}), 0);
  options.message_bytes_max = 50;
  EXPECT_EQ(answer({.opcode = Opcode::continuation, .payload = "a"}), 1009);
}

TEST_F(HostileClient, GetsNoMemoryForALengthThatItOnlyAnnounces) {
  options.message_bytes_max = 16 * limits::mib;
  EXPECT_EQ(answer_to_bytes(client_header({.opcode = Opcode::binary}, limits::mib)), 0);
  EXPECT_LT(reader.buffered_bytes(), 512U);
  EXPECT_EQ(answer_to_bytes(std::string(10'000, 'x')), 0);
  EXPECT_LT(reader.buffered_bytes(), 32'000U);
  EXPECT_FALSE(reader.idle());
}

TEST_F(HostileClient, MustSendLengthsInTheirShortestForm) {
  EXPECT_EQ(answer_to_bytes("\x82\xfe\x00\x05\1\2\3\4hello"s), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer_to_bytes("\x82\xff\0\0\0\0\0\0\0\5\1\2\3\4hello"s), 1002);
}

TEST_F(HostileClient, CannotSendControlFramesThatAreLongOrFragmented) {
  EXPECT_EQ(answer_to_bytes("\x89\xfe\x00\x7e\1\2\3\4"s + std::string(126, 'p')), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer_to_bytes("\x89\xff\0\0\0\0\0\0\0\x01\1\2\3\4p"s), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer({.opcode = Opcode::ping, .payload = "p", .final = false}), 1002);
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, CannotCloseWithHalfACode) {
  EXPECT_EQ(answer_to_close("\x03"), 1002);
}

TEST_F(HostileClient, CannotCloseWithACodeThatIsNotForTheWire) {
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    const std::string body = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(answer_to_close(body), 1002) << code;
  }
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, MayCloseWithEveryOtherCode) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4401, 4999}) {
    const std::string body = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    EXPECT_EQ(answer_to_close(body), 0) << code;
    EXPECT_EQ(sink.calls.back(), "close " + std::to_string(code) + " ");
  }
}

TEST_F(HostileClient, CannotCloseWithAReasonThatIsNotUtf8) {
  EXPECT_EQ(answer_to_close("\x03\xe8\xff"), 1007);
  EXPECT_EQ(answer_to_close("\x03\xe8good\xe2\x82"), 1007);  // cut short
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, IsStoppedAtTheBadByteOfAnUnfinishedCloseReason) {
  const std::string bytes =
      client_bytes(ClientFrame{.opcode = Opcode::close, .payload = "\x03\xe8go\xff and more"});
  EXPECT_EQ(answer_to_bytes(bytes.substr(0, 6 + 4)), 0);
  EXPECT_EQ(answer_to_bytes(bytes.substr(6 + 4, 1)), 1007);
}

TEST_F(HostileClient, CannotUseReservedBitsAndOpcodes) {
  for (const int first_byte : {0xf1, 0xa1, 0x91, 0x83, 0x87, 0x8b, 0x8f}) {
    reader = MessageReader();
    EXPECT_EQ(answer_to_bytes(std::string(1, static_cast<char>(first_byte)) + "\x80\1\2\3\4"),
              1002);
  }
}

TEST_F(HostileClient, CannotCompressUnlessThatWasNegotiated) {
  EXPECT_EQ(answer({.payload = "a", .compressed = true}), 1002);
}

TEST_F(HostileClient, CannotMarkContinuationsOrControlFramesAsCompressed) {
  options.deflate = true;
  EXPECT_EQ(answer({.opcode = Opcode::ping, .compressed = true}), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer({{.payload = "a", .final = false},
                    {.opcode = Opcode::continuation, .payload = "b", .compressed = true}}),
            1002);
}

TEST_F(HostileClient, CannotBeginWithAContinuation) {
  EXPECT_EQ(answer({.opcode = Opcode::continuation, .payload = "a"}), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer({{.payload = "whole"}, {.opcode = Opcode::continuation, .payload = "a"}}), 1002);
}

TEST_F(HostileClient, CannotBeginAMessageWithinAMessage) {
  EXPECT_EQ(answer({{.payload = "a", .final = false}, {.payload = "b"}}), 1002);
  reader = MessageReader();
  EXPECT_EQ(answer({{.payload = "a", .final = false},
                    {.opcode = Opcode::binary, .payload = "b", .final = false}}),
            1002);
}

TEST_F(HostileClient, CannotSendTextThatIsNotUtf8) {
  for (const char* text :
       {"\xff", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "a\x80", "cut short \xe2\x82"}) {
    EXPECT_EQ(answer_to_text(text), 1007) << text;
  }
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, IsStoppedAtTheBadByteOfAnUnfinishedFrame) {
  const std::string bytes =
      client_bytes(ClientFrame{.payload = "κόσμε\xed\xa0\x80 and much more", .final = false});
  const std::size_t good = 6 + 10 + 1;  // header, the word, and the byte that may still turn out
  for (std::size_t i = 0; i < good; ++i) ASSERT_EQ(answer_to_bytes(bytes.substr(i, 1)), 0) << i;
  EXPECT_EQ(answer_to_bytes(bytes.substr(good, 1)), 1007);
}

TEST_F(HostileClient, IsStoppedAtTheBadByteOfALaterFragment) {
  EXPECT_EQ(answer({{.payload = "\xf4", .final = false},
                    {.opcode = Opcode::continuation, .payload = "\x90", .final = false}}),
            1007);
}

TEST_F(HostileClient, MayCutACharacterBetweenFragments) {
  EXPECT_EQ(answer({{.payload = "\xf0\x9f", .final = false},
                    {.opcode = Opcode::continuation, .payload = "\x98\x80"}}),
            0);
  EXPECT_EQ(sink.calls.back(), "text 😀");
}

TEST_F(HostileClient, CannotEndAMessageWithinACharacter) {
  EXPECT_EQ(answer({{.payload = "\xf0\x9f", .final = false}, {.opcode = Opcode::continuation}}),
            1007);
}

TEST_F(HostileClient, CannotHideBadTextInCompression) {
  options.deflate = true;
  for (const char* text : {"\xff", "fine until here \xe2\x82"}) {
    reader = MessageReader();
    EXPECT_EQ(answer({.payload = deflater.compress(text, 15), .compressed = true}), 1007);
  }
}

TEST_F(HostileClient, CannotSendABomb) {
  options.deflate = true;
  const std::string bomb = deflater.compress(std::string(100 * limits::mib, '\0'), 15);
  EXPECT_EQ(answer({.opcode = Opcode::binary, .payload = bomb, .compressed = true}), 1009);
  EXPECT_LE(inflater.buffer_bytes(), options.message_bytes_max + 1);
  EXPECT_TRUE(sink.calls.empty());
}

TEST_F(HostileClient, CannotSendABombThatIsSmallOnTheWire) {
  options.deflate = true;
  const std::string bomb = deflater.compress(std::string(10 * limits::mib, '\0'), 15);
  ASSERT_LT(bomb.size(), options.message_bytes_max);
  EXPECT_EQ(answer({.opcode = Opcode::binary, .payload = bomb, .compressed = true}), 1009);
  EXPECT_LE(inflater.buffer_bytes(), options.message_bytes_max + 1);
}

TEST_F(HostileClient, CannotSendABombInFragments) {
  options.deflate = true;
  const std::string bomb = deflater.compress(std::string(100 * limits::mib, '\0'), 15);
  std::vector<ClientFrame> frames;
  for (std::size_t at = 0; at < bomb.size(); at += 1'000) {
    frames.push_back({.opcode = at == 0 ? Opcode::binary : Opcode::continuation,
                      .payload = bomb.substr(at, 1'000),
                      .final = at + 1'000 >= bomb.size(),
                      .compressed = at == 0});
  }
  EXPECT_EQ(answer(frames), 1009);
}

TEST_F(HostileClient, CannotSendDamagedDeflate) {
  options.deflate = true;
  for (const std::string& payload :
       {"\xff\xff\xff\xff\xff"s, "\x00\x10\x00\xef\xffHello"s, "\x02\x02\x00\x00"s}) {
    reader = MessageReader();
    EXPECT_EQ(answer({{.payload = payload, .compressed = true}, {.payload = "later"}}), 1007);
  }
  EXPECT_TRUE(sink.calls.empty());  // later frames are not read
}

TEST_F(HostileClient, CannotSendFragmentsWithoutEnd) {
  for (const char* payload : {"", "x"}) {
    reader = MessageReader();
    ASSERT_EQ(answer({.payload = "x", .final = false}), 0);
    const std::string fragment = client_bytes(
        ClientFrame{.opcode = Opcode::continuation, .payload = payload, .final = false});
    int fragments = 1;
    int code = 0;
    for (; fragments < 200'000 && code == 0; ++fragments) code = answer_to_bytes(fragment);
    EXPECT_EQ(code, 1008);
    EXPECT_EQ(fragments, 1'025);
    EXPECT_LT(reader.buffered_bytes(), 512U);
  }
}

TEST_F(HostileClient, CannotPassTheLimitByFragments) {
  options.message_bytes_max = 1'000;
  EXPECT_EQ(answer({{.payload = std::string(600, 'a'), .final = false},
                    {.opcode = Opcode::continuation, .payload = std::string(400, 'a')}}),
            0);
  EXPECT_EQ(answer({{.payload = std::string(600, 'a'), .final = false},
                    {.opcode = Opcode::continuation, .payload = std::string(401, 'a')}}),
            1009);
}

TEST_F(HostileClient, CannotHoldTheMemoryOfAMessageThatWasRefused) {
  EXPECT_EQ(answer({.payload = std::string(60'000, 'a'), .final = false}), 0);
  EXPECT_EQ(answer({.payload = "another"}), 1002);
  EXPECT_LT(reader.buffered_bytes(), 512U);
}

TEST_F(HostileClient, HasEveryPingOfAFloodSeenOnce) {
  const std::string ping = client_bytes(ClientFrame{.opcode = Opcode::ping, .payload = "p"});
  std::string flood;
  for (int i = 0; i < 200'000; ++i) flood += ping;
  EXPECT_EQ(answer_to_bytes(flood), 0);
  EXPECT_EQ(sink.calls.size(), 200'000U);
  EXPECT_TRUE(reader.idle());
}

// Quadratic time would be hours here, not seconds.
TEST_F(HostileClient, GetsLinearTimeForALargeMessageInTinyFragments) {
  options = {.message_bytes_max = 16 * limits::mib, .fragments_max = 65'536};
  const std::string payload(256, 'x');
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 65'536; ++i) {
    ASSERT_EQ(answer({.opcode = i == 0 ? Opcode::text : Opcode::continuation,
                      .payload = payload,
                      .final = i == 65'535}),
              0);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  ASSERT_EQ(sink.calls.size(), 1U);
  EXPECT_EQ(sink.calls[0].size(), 5 + 16 * limits::mib);
}

TEST_F(HostileClient, GetsLinearTimeForALargeMessageByteByByte) {
  options.message_bytes_max = 4 * limits::mib;
  std::string bytes = client_bytes(ClientFrame{.payload = std::string(4 * limits::mib, 'x')});
  const auto start = std::chrono::steady_clock::now();
  for (char& byte : bytes) ASSERT_FALSE(reader.feed({&byte, 1}, options, inflater, sink));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(sink.calls.size(), 1U);
}

}  // namespace
}  // namespace river::websocket
