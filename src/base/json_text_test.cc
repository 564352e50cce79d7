#include "base/json_text.h"

#include <gtest/gtest.h>

namespace river {
namespace {

using namespace std::string_literals;

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}
std::string readable(std::string_view text) {
  std::string out;
  append_readable_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatJsonDemandsAndNoMore) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("a\"b\\c/\n\r\t\b\0\x1f"s), R"("a\"b\\c/\n\r\t\u0008\u0000\u001f")");
  EXPECT_EQ(json("\x7f caf\xc3\xa9 \xe2\x80\xa8"), "\"\x7f caf\xc3\xa9 \xe2\x80\xa8\"");
}

TEST(ReadableJsonString, EscapesWhatCouldDeceiveAReader) {
  EXPECT_EQ(readable("a\"b\\c/\r\n\t\x1b\x7f"), R"("a\"b\\c/\r\n\t\u001b\u007f")");
  EXPECT_EQ(readable("\xc2\x80 \xc2\x9f \xe2\x80\xa8 \xe2\x80\xae \xe2\x81\xa6"),
            R"("\u0080 \u009f \u2028 \u202e \u2066")");
  EXPECT_EQ(readable("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb6"),
            "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb6\"");
}

TEST(ReadableJsonString, ReplacesEachByteThatIsNotUtf8) {
  const std::string one = R"(\ufffd)";
  EXPECT_EQ(readable("\xff"), '"' + one + '"');
  EXPECT_EQ(readable("\xc3"), '"' + one + '"') << "cut";
  EXPECT_EQ(readable("\xc0\xaf"), '"' + one + one + '"') << "overlong";
  EXPECT_EQ(readable("\xed\xa0\x80"), '"' + one + one + one + '"') << "a surrogate";
  EXPECT_EQ(readable("\xf4\x90\x80\x80x"), '"' + one + one + one + one + "x\"");
}

}  // namespace
}  // namespace river
