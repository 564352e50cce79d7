#include "credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "centrifugo_adapter.h"
#include "river_adapter.h"

namespace river::bench {
namespace {

using testing::MatchesRegex;

TEST(Credentials, MakeTokensOfTheUserAndTheGrants) {
  const Credentials credentials("key", "secret");
  const std::string header = "eyJ[A-Za-z0-9_-]+\\.";
  EXPECT_THAT(credentials.token(1), MatchesRegex(header + "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+"));
  EXPECT_NE(credentials.token(1), credentials.token(2));
  const std::vector<auth::Grant> grants{{"*", auth::bit_of(auth::Action::subscribe)}};
  EXPECT_GT(credentials.token(1, grants).size(), credentials.token(1).size());
}

TEST(Credentials, MakeTheHeadOfARequest) {
  EXPECT_EQ(Credentials("key", "secret").post_head("/publish", 7),
            "POST /publish HTTP/1.1\r\nHost: bench\r\nX-API-Key: key\r\n"
            "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n");
}

TEST(Credentials, AreFollowedByABodyOfTheLengthThatTheHeadSays) {
  const auto check = [](const std::string& request, std::string_view path, std::string_view body) {
    EXPECT_EQ(request, Credentials("key", "secret").post_head(path, body.size()).append(body));
  };
  check(RiverAdapter("key", "secret", false).publication("dogs", "[1]", 1), "/publish",
        R"({"channel":"dogs","eventName":"e","data":[1]})");
  check(CentrifugoAdapter("key", "secret", false).publication("dogs", "[1]", 1), "/api/publish",
        R"({"channel":"dogs","data":[1]})");
}

}  // namespace
}  // namespace river::bench
