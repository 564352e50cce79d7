#include "base/user_id.h"

#include <string>

#include <gtest/gtest.h>

namespace river {
namespace {

TEST(ValidUser, TakesWhatNamesSomebody) {
  EXPECT_TRUE(valid_user("u1"));
  EXPECT_TRUE(valid_user("Ada Lovelace <ada@example.com>"));
  EXPECT_TRUE(valid_user("\xc3\xa4"));
  EXPECT_TRUE(valid_user(std::string(200, 'a')));
}

TEST(ValidUser, RefusesNobodyAndTooMuch) {
  EXPECT_FALSE(valid_user(""));
  // Nobody could disconnect them: in the path of a URL they mean something else.
  EXPECT_FALSE(valid_user("."));
  EXPECT_FALSE(valid_user(".."));
  EXPECT_TRUE(valid_user("..."));
  EXPECT_FALSE(valid_user(std::string(201, 'a')));
}

TEST(ValidUser, RefusesWhatWouldEndALineOrAString) {
  for (const char c : {'\0', '\n', '\r', '\t', '\x1b', '\x7f'}) {
    EXPECT_FALSE(valid_user(std::string("a") + c + "b"));
  }
}

}  // namespace
}  // namespace river
