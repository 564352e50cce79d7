#include "websocket/frame_writer.h"

#include <array>

#include <gtest/gtest.h>

#include "websocket/close_code.h"

namespace river::websocket {
namespace {

using namespace std::string_literals;  // for literals with NULs in them

std::string frame(Opcode opcode, std::string_view payload, bool compressed = false) {
  std::string out;
  append_frame(out, opcode, payload, compressed);
  return out;
}

std::string close(std::uint16_t code, std::string_view reason) {
  std::string out;
  append_close(out, code, reason);
  return out;
}

TEST(FrameWriter, WritesTheExampleOfTheRfc) {
  EXPECT_EQ(frame(Opcode::text, "Hello"), "\x81\x05Hello");
}

TEST(FrameWriter, WritesTheShortestFormOfEachLength) {
  EXPECT_EQ(frame(Opcode::binary, std::string(125, 'x')).substr(0, 2), "\x82\x7d");
  EXPECT_EQ(frame(Opcode::binary, std::string(126, 'x')).substr(0, 4), "\x82\x7e\x00\x7e"s);
  EXPECT_EQ(frame(Opcode::binary, std::string(65535, 'x')).substr(0, 4), "\x82\x7e\xff\xff"s);
  EXPECT_EQ(frame(Opcode::binary, std::string(65536, 'x')).substr(0, 10),
            "\x82\x7f\0\0\0\0\0\1\0\0"s);
  EXPECT_EQ(frame(Opcode::binary, std::string(65536, 'x')).size(), 65546U);
}

TEST(FrameWriter, AppendsToWhatIsThere) {
  std::string out = "before";
  append_frame(out, Opcode::ping, "p");
  EXPECT_EQ(out, "before\x89\x01p");
}

TEST(FrameWriter, MarksCompressedPayloads) {
  EXPECT_EQ(frame(Opcode::text, "\xf2"s, true), "\xc1\x01\xf2");
}

TEST(FrameWriter, WritesACloseWithCodeAndReason) {
  EXPECT_EQ(close(1001, "bye"), "\x88\x05\x03\xe9"s + "bye");
  EXPECT_EQ(close(4401, ""), "\x88\x02\x11\x31");
}

TEST(FrameWriter, AnswersACloseWithoutACodeInKind) {
  EXPECT_EQ(close(close_code::none, ""), "\x88\x00"s);
}

TEST(FrameWriter, CutsALongReasonToWhatAControlFrameHolds) {
  EXPECT_EQ(close(1000, std::string(123, 'a')).size(), 127U);
  EXPECT_EQ(close(1000, std::string(124, 'a')).size(), 127U);
}

TEST(FrameWriter, NeverCutsAReasonWithinACharacter) {
  for (std::size_t ascii = 115; ascii <= 123; ++ascii) {
    const std::string reason = std::string(ascii, 'a') + "😀😀😀";
    const std::string sent = close(1000, reason).substr(4);
    EXPECT_LE(sent.size(), close_reason_bytes_max);
    EXPECT_GT(sent.size() + 4, close_reason_bytes_max);
    EXPECT_EQ((sent.size() - ascii) % 4, 0U) << ascii;
  }
}

}  // namespace
}  // namespace river::websocket
