#include "auth/api_keys.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::auth {
namespace {

using testing::HasSubstr;

const std::string first_key = "0123456789abcdef";
const std::string second_key = "fedcba9876543210-and-more";

TEST(ApiKeys, AcceptsEachOfItsKeysAndNothingElse) {
  const std::vector<std::string> list{first_key, second_key};
  const auto keys = ApiKeys::make(list);
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_TRUE(keys->accepts(first_key));
  EXPECT_TRUE(keys->accepts(second_key));
  for (const std::string& other : {std::string(), std::string("0123456789abcdeF"), first_key + "0",
                                   first_key + '\0', first_key.substr(1), second_key.substr(0, 16),
                                   first_key + second_key, std::string(100'000, 'x')}) {
    EXPECT_FALSE(keys->accepts(other)) << other.substr(0, 50);
  }
}

TEST(ApiKeys, WithoutKeysAcceptsNothing) {
  const auto keys = ApiKeys::make({});
  ASSERT_TRUE(keys);
  EXPECT_FALSE(keys->accepts(""));
  EXPECT_FALSE(keys->accepts(first_key));
}

TEST(ApiKeys, RefusesKeysThatCanNotBeSent) {
  const auto error_for = [](const std::string& key) {
    const std::vector<std::string> list{first_key, key};
    const auto keys = ApiKeys::make(list);
    return keys ? std::string("none") : keys.error();
  };
  EXPECT_THAT(error_for(""), HasSubstr("must not be empty"));
  EXPECT_THAT(error_for(""), HasSubstr("openssl rand -hex 16"));
  EXPECT_EQ(error_for("k"), "none") << "short ones are the operator's own choice, and warned of";
  EXPECT_THAT(error_for("0123456789 abcdef"), HasSubstr("visible"));
  EXPECT_THAT(error_for("0123456789abcdef\n"), HasSubstr("visible"));
  EXPECT_THAT(error_for("0123456789abcdef\xc3\xa9"), HasSubstr("visible"));
}

TEST(ApiKeys, AreTakenFromEitherHeader) {
  EXPECT_EQ(presented_api_key("k1", ""), "k1");
  EXPECT_EQ(presented_api_key("k1", "Bearer k2"), "k1");
  EXPECT_EQ(presented_api_key("", "Bearer k2"), "k2");
  EXPECT_EQ(presented_api_key("", "bEARER   k2"), "k2");
  for (const std::string_view authorization :
       {"", "Bearer", "Bearer ", "Basic azI6", "Bearerk2", "k2", "xBearer k2"}) {
    EXPECT_EQ(presented_api_key("", authorization), "") << authorization;
  }
}

}  // namespace
}  // namespace river::auth
