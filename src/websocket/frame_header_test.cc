#include "websocket/frame_header.h"

#include <string>

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

using namespace std::string_literals;  // for literals with NULs in them

std::string outcome(std::string_view bytes) {
  const auto header = parse_frame_header(bytes);
  if (!header) return std::to_string(header.error().close_code);
  return *header ? "read" : "more";
}

TEST(FrameHeader, ReadsTheExampleOfTheRfc) {
  const auto header = parse_frame_header("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s);
  ASSERT_TRUE(header && *header);
  EXPECT_EQ((*header)->opcode, Opcode::text);
  EXPECT_TRUE((*header)->final);
  EXPECT_FALSE((*header)->compressed);
  EXPECT_EQ((*header)->payload_bytes, 5U);
  EXPECT_EQ((*header)->header_bytes, 6U);
  EXPECT_EQ((*header)->mask, (MaskKey{'\x37', '\xfa', '\x21', '\x3d'}));
}

TEST(FrameHeader, ReadsEachFormOfLength) {
  EXPECT_EQ((*parse_frame_header("\x82\xfd\1\2\3\4"s))->payload_bytes, 125U);
  EXPECT_EQ((*parse_frame_header("\x82\xfe\x00\x7e\1\2\3\4"s))->payload_bytes, 126U);
  EXPECT_EQ((*parse_frame_header("\x82\xfe\xff\xff\1\2\3\4"s))->payload_bytes, 65535U);
  EXPECT_EQ((*parse_frame_header("\x82\xff\0\0\0\0\0\1\0\0\1\2\3\4"s))->payload_bytes, 65536U);
  EXPECT_EQ(
      (*parse_frame_header("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4"s))->payload_bytes,
      0x7fff'ffff'ffff'ffffU);
}

TEST(FrameHeader, AsksForMoreUntilTheMaskIsThere) {
  for (const std::string& bytes :
       {"\x81\x85\1\2\3\4"s, "\x82\xfe\x01\x00\1\2\3\4"s, "\x82\xff\0\0\0\0\0\1\0\0\1\2\3\4"s}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_EQ(outcome(bytes.substr(0, size)), "more") << size;
    }
    ASSERT_EQ(outcome(bytes), "read");
  }
}

TEST(FrameHeader, RefusesAnUnmaskedFrameOnItsSecondByte) {
  EXPECT_EQ(outcome("\x81\x05"), "1002");
  EXPECT_EQ(outcome("\x81\x7e"), "1002");
  EXPECT_EQ(outcome("\x89\x00"s), "1002");
}

TEST(FrameHeader, RefusesReservedBitsOnTheFirstByte) {
  for (const char* byte : {"\x91", "\xa1", "\xb1", "\xf1", "\x92", "\x99"}) {
    EXPECT_EQ(outcome(byte), "1002");
  }
}

TEST(FrameHeader, RefusesReservedOpcodesOnTheFirstByte) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(outcome(std::string(1, static_cast<char>(0x80 | opcode))), "1002") << opcode;
  }
}

TEST(FrameHeader, TakesTheCompressionBitOnlyWhereAMessageBegins) {
  EXPECT_EQ(outcome("\xc1"), "more");
  EXPECT_EQ(outcome("\x42"), "more");
  for (const char* byte : {"\xc0", "\x40", "\xc8", "\xc9", "\xca"})
    EXPECT_EQ(outcome(byte), "1002");
}

TEST(FrameHeader, RefusesFragmentedControlFrames) {
  for (const char* byte : {"\x08", "\x09", "\x0a"}) EXPECT_EQ(outcome(byte), "1002");
}

TEST(FrameHeader, RefusesLongControlFramesOnTheSecondByte) {
  EXPECT_EQ(outcome("\x89\xfd"), "more");
  EXPECT_EQ(outcome("\x89\xfe"), "1002");  // 126 and more bytes
  EXPECT_EQ(outcome("\x88\xff"), "1002");  // length in 64 bits
}

TEST(FrameHeader, RefusesLengthsNotInTheirShortestForm) {
  EXPECT_EQ(outcome("\x82\xfe\x00\x05"s), "1002");
  EXPECT_EQ(outcome("\x82\xfe\x00\x7d"s), "1002");
  EXPECT_EQ(outcome("\x82\xff\0\0\0\0\0\0\0\5"s), "1002");
  EXPECT_EQ(outcome("\x82\xff\0\0\0\0\0\0\xff\xff"s), "1002");
}

TEST(FrameHeader, RefusesALengthWithItsTopBitSet) {
  EXPECT_EQ(outcome("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4"s), "1002");
  EXPECT_EQ(outcome("\x82\xff\x80\0\0\0\0\0\0\0"s), "1002");
}

}  // namespace
}  // namespace river::websocket
