#include "auth/base64url.h"

#include <gtest/gtest.h>

namespace river::auth {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Base64url, GoesBothWays) {
  const std::string bytes = "\x00\xff\xfe\x7f\x80\x01\x02"s;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    EXPECT_EQ(decode_base64url(encode_base64url(part)), part) << size;
  }
  EXPECT_EQ(encode_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(decode_base64url("-_8"), "\xfb\xff");
  EXPECT_EQ(decode_base64url(""), "");
}

TEST(Base64url, RefusesEveryOtherWayToWriteTheSame) {
  for (const std::string_view text :
       {"-_8="sv, "+/8"sv, "-_8 "sv, " -_8"sv, "-_\n8"sv, "-_8\0"sv, "-_9"sv, "-_-"sv, "A"sv,
        "AAAAA"sv, "AB"sv, "\xff\xff"sv, "A.A"sv, "===="sv}) {
    EXPECT_FALSE(decode_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace river::auth
