#include "http/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(PercentDecode, DecodesEscapesAndLeavesPlus) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a%2Fb%2fc+d"), "a/b/c+d");
  EXPECT_EQ(percent_decode("%25%32%35"), "%25");  // once only
  EXPECT_EQ(percent_decode("caf%C3%A9"), "caf\xc3\xa9");
}

TEST(PercentDecode, RefusesBadEscapesAndNul) {
  for (const std::string_view text :
       {"%", "a%", "%2", "%2g", "%g2", "%%32", "% 2", "%-1", "%00", "a%00b", "%u0041"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(percent_decode(std::string_view("a\0b", 3)), std::nullopt);
  EXPECT_EQ(percent_decode(std::string_view("%20").substr(0, 2)), std::nullopt);
}

TEST(PathSegments, AreSplitBeforeTheyAreDecoded) {
  EXPECT_THAT(path_segments("/v1/channels/a%2Fb/history"),
              Optional(ElementsAre("v1", "channels", "a/b", "history")));
  EXPECT_THAT(path_segments("/"), Optional(ElementsAre("")));
  EXPECT_THAT(path_segments("//a/"), Optional(ElementsAre("", "a", "")));
  EXPECT_THAT(path_segments("/../%2e%2e"), Optional(ElementsAre("..", "..")));
  EXPECT_EQ(path_segments("/a/%zz"), std::nullopt);
  EXPECT_EQ(path_segments("a"), std::nullopt);
  EXPECT_EQ(path_segments(""), std::nullopt);
}

TEST(QueryParameter, IsFoundByItsDecodedName) {
  EXPECT_EQ(query_parameter("limit=50&before=41", "before"), "41");
  EXPECT_EQ(query_parameter("a=1&a=2", "a"), "1");
  EXPECT_EQ(query_parameter("pre%66ix=a%26b+c%2B", "prefix"), "a&b c+");
  EXPECT_EQ(query_parameter("a=b=c", "a"), "b=c");
  EXPECT_EQ(query_parameter("a&b=", "a"), "");
  EXPECT_EQ(query_parameter("a&b=", "b"), "");
  EXPECT_EQ(query_parameter("&&a=1&", "a"), "1");
}

TEST(QueryParameter, IsMissingOrBroken) {
  EXPECT_EQ(query_parameter("", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("aa=1&b=a", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("A=1", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%00", "a"), std::nullopt);
}

TEST(QueryParameters, AreAllValuesInOrder) {
  EXPECT_THAT(query_parameters("channel=a&x=1&channel=b&channel=", "channel"),
              Optional(ElementsAre("a", "b", "")));
  EXPECT_THAT(query_parameters("x=1", "channel"), Optional(IsEmpty()));
  EXPECT_EQ(query_parameters("channel=a&channel=%z", "channel"), std::nullopt);
}

TEST(ValidQuery, TellsBrokenFromMissing) {
  EXPECT_TRUE(valid_query(""));
  EXPECT_TRUE(valid_query("a=%20&b"));
  EXPECT_FALSE(valid_query("a=1&b=%2"));
  EXPECT_FALSE(valid_query("a%=1"));
  EXPECT_FALSE(valid_query("a=%2&0=1"));  // an escape does not reach over a border
}

}  // namespace
}  // namespace river::http
