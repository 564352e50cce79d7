#include "protocol/json_document.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace river::protocol {
namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + "1" + std::string(levels, ']');
}

TEST(JsonDocument, KeepsTheExactBytesOfAValue) {
  JsonDocument document;
  const auto json =
      document.parse(" \n{ \"a\" : [1, 2.50 ,{}] , \"b\":\"x\\\"}\" ,\"c\":-0.0e1 }\t");
  ASSERT_TRUE(json);
  constexpr std::array<std::string_view, 4> names{"a", "b", "c", "d"};
  std::array<JsonValue, 4> values;
  EXPECT_EQ(document.find_members(*json, names, values), "");
  EXPECT_EQ(values[0].raw(), "[1, 2.50 ,{}]");
  EXPECT_EQ(values[1].raw(), "\"x\\\"}\"");
  EXPECT_EQ(values[2].raw(), "-0.0e1");
  EXPECT_EQ(values[3].type(), JsonType::absent);
}

TEST(JsonDocument, KnowsTypes) {
  JsonDocument document;
  const auto json = document.parse(R"([null,true,false,-1,"",[],{}])");
  ASSERT_TRUE(json);
  std::vector<JsonType> types;
  for (JsonCursor cursor(*json); cursor.next();) types.push_back(cursor.value().type());
  EXPECT_THAT(types, testing::ElementsAre(JsonType::null, JsonType::boolean, JsonType::boolean,
                                          JsonType::number, JsonType::string, JsonType::array,
                                          JsonType::object));
}

TEST(JsonDocument, UnescapesStrings) {
  JsonDocument document;
  const auto json =
      document.parse(R"(["plain \u0041\u00e9\u20ac\ud83d\ude00\"\\\/\b\f\n\r\t\u0000."])");
  ASSERT_TRUE(json);
  JsonCursor cursor(*json);
  ASSERT_TRUE(cursor.next());
  using namespace std::string_view_literals;
  EXPECT_EQ(document.text_of(cursor.value()),
            "plain A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"\\/\b\f\n\r\t\0."sv);
}

TEST(JsonDocument, FindsTheEndOfStringsThatEndInBackslashes) {
  JsonDocument document;
  const auto json = document.parse(R"(["\\","\"","\\\"","\\\\",""])");
  ASSERT_TRUE(json);
  std::vector<std::string> texts;
  for (JsonCursor cursor(*json); cursor.next();)
    texts.emplace_back(document.text_of(cursor.value()));
  EXPECT_THAT(texts, testing::ElementsAre("\\", "\"", "\\\"", "\\\\", ""));
}

TEST(JsonDocument, ReportsANameThatIsGivenTwiceEvenIfEscaped) {
  JsonDocument document;
  constexpr std::array<std::string_view, 1> names{"type"};
  std::array<JsonValue, 1> values;
  for (const std::string_view text :
       {R"({"type":1,"type":1})", R"({"type":1,"x":2,"\u0074ype":null})"}) {
    EXPECT_EQ(document.find_members(*document.parse(text), names, values), "type") << text;
  }
  EXPECT_EQ(document.find_members(*document.parse(R"({"x":1,"type":1,"x":2})"), names, values), "");
}

TEST(JsonDocument, TakesTheAllowedDepthAndNotOneMore) {
  JsonDocument document;
  EXPECT_TRUE(document.parse(nested(limits::json_depth_max)));
  EXPECT_EQ(document.parse(nested(limits::json_depth_max + 1)).error(), JsonError::too_deep);
}

TEST(JsonDocument, RefusesDepthBombsWithoutRecursion) {
  JsonDocument document;
  EXPECT_EQ(document.parse(nested(200'000)).error(), JsonError::too_deep);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(document.parse(objects));
  EXPECT_FALSE(document.parse(std::string(200'000, '[')));
}

TEST(JsonDocument, RefusesNumbersBeyond64Bits) {
  JsonDocument document;
  for (const std::string& number :
       {std::string("1e999999"), std::string(500'000, '9'), std::string("-9223372036854775809"),
        std::string("18446744073709551616")}) {
    EXPECT_EQ(document.parse("[" + number + "]").error(), JsonError::bad_number)
        << number.substr(0, 30);
  }
  EXPECT_TRUE(document.parse("[-9223372036854775808,18446744073709551615,1e308,0.1]"));
}

TEST(JsonDocument, RefusesWhatIsNotJson) {
  JsonDocument document;
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv,         " "sv,         "{"sv,     "{}{}"sv,           "{\"a\":}"sv,
        "{a:1}"sv,    "{'a':1}"sv,   "[1,]"sv,  "[01]"sv,           "[+1]"sv,
        "[.5]"sv,     "[1.]"sv,      "[NaN]"sv, "[Infinity]"sv,     "nul"sv,
        "[\"\t\"]"sv, "[\"\\x\"]"sv, "[\"a]"sv, "\xef\xbb\xbf{}"sv, "{}\0"sv,
        "[\"\0\"]"sv, "/**/{}"sv}) {
    EXPECT_FALSE(document.parse(text)) << text;
  }
}

TEST(JsonDocument, RefusesBadUtf8AndLoneSurrogates) {
  JsonDocument document;
  for (const std::string_view text :
       {"[\"\xff\"]", "[\"\xed\xa0\x80\"]", "[\"\xc0\xaf\"]", "[\"\xf4\x90\x80\x80\"]",
        "[\"\xe2\x82\"]", R"(["\ud800"])", R"(["\udc00"])", R"(["\ud800\ud800"])", R"(["\ud800x"])",
        R"(["\ud83d\u0041"])"}) {
    EXPECT_FALSE(document.parse(text)) << text;
  }
}

TEST(JsonDocument, CanBeUsedAgainAfterAnError) {
  JsonDocument document;
  EXPECT_FALSE(document.parse("{"));
  EXPECT_TRUE(document.parse("{}"));
  EXPECT_FALSE(document.parse(nested(100)));
  EXPECT_EQ(document.parse("[\"" + std::string(100'000, 'x') + "\"]")->raw().size(), 100'004U);
  EXPECT_EQ(document.parse("7")->raw(), "7");
}

TEST(JsonValue, TakesIntegersOnlyWhenTheyAreWrittenAsSuch) {
  EXPECT_EQ(JsonValue("0").unsigned_integer(10), 0U);
  EXPECT_EQ(JsonValue("10").unsigned_integer(10), 10U);
  for (const std::string_view text : {"11", "-1", "-0", "1.0", "1e1", "99999999999999999999"}) {
    EXPECT_EQ(JsonValue(text).unsigned_integer(10), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace river::protocol
