#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace river {
namespace {

bool is_utf8(std::string_view text) {
  Utf8Validator utf8;
  return utf8.feed(text) && utf8.complete();
}

// How many bytes are taken before the bad one; npos if none is bad.
std::size_t place_of_bad_byte(std::string_view text) {
  Utf8Validator utf8;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!utf8.feed(text.substr(i, 1))) return i;
  }
  return std::string_view::npos;
}

std::string encode(std::uint32_t code_point) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3f));
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
  if (code_point < 0x10000) return {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
}

TEST(Utf8Validator, TakesEveryCodePointButSurrogatesAndThoseBeyondUnicode) {
  for (std::uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    ASSERT_EQ(is_utf8(encode(code_point)), !surrogate && code_point <= 0x10ffff) << code_point;
  }
}

TEST(Utf8Validator, RefusesOverLongForms) {
  EXPECT_FALSE(is_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_utf8("\xc1\xbf"));
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));
  EXPECT_FALSE(is_utf8("\xe0\x9f\xbf"));
  EXPECT_FALSE(is_utf8("\xf0\x80\x80\xaf"));
  EXPECT_FALSE(is_utf8("\xf0\x8f\xbf\xbf"));
}

TEST(Utf8Validator, RefusesBytesThatNeverOccur) {
  for (const char* byte : {"\xc0", "\xc1", "\xf5", "\xf8", "\xfc", "\xfe", "\xff"}) {
    EXPECT_EQ(place_of_bad_byte(byte), 0U);
  }
}

TEST(Utf8Validator, RefusesAContinuationByteWithoutALead) {
  EXPECT_EQ(place_of_bad_byte("ab\x80"), 2U);
  EXPECT_EQ(place_of_bad_byte("\xc3\xa9\xa9"), 2U);
}

TEST(Utf8Validator, SaysNoAtTheFirstBadByte) {
  EXPECT_EQ(place_of_bad_byte("\xed\xa0\x80"), 1U);
  EXPECT_EQ(place_of_bad_byte("\xf4\x90\x80\x80"), 1U);
  EXPECT_EQ(place_of_bad_byte("\xe2\x82("), 2U);
  EXPECT_EQ(place_of_bad_byte("\xf0\x9f\x98x"), 3U);
}

TEST(Utf8Validator, IsIncompleteWithinACharacter) {
  Utf8Validator utf8;
  for (const char* byte : {"\xf0", "\x9f", "\x98"}) {
    EXPECT_TRUE(utf8.feed(byte));
    EXPECT_FALSE(utf8.complete());
  }
  EXPECT_TRUE(utf8.feed("\x80"));
  EXPECT_TRUE(utf8.complete());
}

TEST(Utf8Validator, TakesTextCutAnywhere) {
  const std::string_view text = "κόσμε, 0123456789 and 😀 at the end: é";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator utf8;
    ASSERT_TRUE(utf8.feed(text.substr(0, cut))) << cut;
    ASSERT_TRUE(utf8.feed(text.substr(cut))) << cut;
    ASSERT_TRUE(utf8.complete()) << cut;
  }
}

TEST(Utf8Validator, SeesABadByteAnywhereInLongAscii) {
  for (std::size_t place = 0; place < 40; ++place) {
    std::string text(40, 'a');
    text[place] = '\xff';
    ASSERT_FALSE(is_utf8(text)) << place;
  }
}

TEST(FirstCharacter, HasItsCodeAndItsLength) {
  for (const char32_t code : {0x0U, 0x7fU, 0x80U, 0x7ffU, 0x800U, 0xffffU, 0x10000U, 0x10ffffU}) {
    const std::string character = encode(code);
    const auto [first, bytes] = first_character(character + "\xff");
    EXPECT_EQ(first, code);
    EXPECT_EQ(bytes, character.size());
  }
  for (const char* text : {"", "\x80", "\xc3", "\xc3(", "\xf0\x9f\x98", "\xed\xa0\x80"}) {
    EXPECT_EQ(first_character(text).bytes, 0U) << text;
  }
}

}  // namespace
}  // namespace river
