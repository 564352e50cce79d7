#include "auth/token_json.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace river::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

Claims claims_of(std::string_view payload) {
  const auto token = read_token_claims(payload);
  if (token) return token->claims;
  ADD_FAILURE() << payload << ": " << token.error();
  return {};
}

// Why the claims are refused.
std::string bad_claims(std::string_view payload) {
  const auto token = read_token_claims(payload);
  if (!token) return token.error();
  ADD_FAILURE() << payload.substr(0, 200) << " was taken";
  return {};
}

TEST(TokenClaims, ReadsAllClaims) {
  const Claims claims = claims_of(
      R"({"sub":"u1","exp":1700000060,"iat":1699999999.9,"nbf":1700000000,"river":{"channels":{)"
      R"("private-orders-42":["subscribe"],)"
      R"("presence-room-*":["subscribe","publish","history","presence"],"x":[]},)"
      R"("info":{ "name" : "Ada" }}})");
  EXPECT_EQ(claims.user, "u1");
  EXPECT_EQ(claims.expires, 1'700'000'060);
  EXPECT_EQ(claims.issued, 1'699'999'999);
  EXPECT_TRUE(claims.has_grants);
  EXPECT_THAT(claims.grants, ElementsAre(Grant{"private-orders-42", bit_of(Action::subscribe)},
                                         Grant{"presence-room-*", 15}, Grant{"x", 0}));
  EXPECT_EQ(claims.info, R"({"name":"Ada"})");
}

TEST(TokenClaims, AnEmptyTokenIsAnAnonymousUserWithoutEnd) {
  const Claims claims = claims_of("{}");
  EXPECT_EQ(claims.user, "");
  EXPECT_FALSE(claims.expires);
  EXPECT_FALSE(claims.has_grants);
  EXPECT_TRUE(claims_of(R"({"river":{"channels":{}}})").has_grants);
}

TEST(TokenClaims, RefusesClaimsThatAreNotAnObject) {
  for (const std::string_view payload : {"", "null", "[]", "1", "\"u\"", "{", "{}{}"}) {
    EXPECT_THAT(bad_claims(payload), HasSubstr("JSON"));
  }
}

TEST(TokenClaims, RefusesTimesThatAreNone) {
  for (const std::string_view name : {"exp", "nbf", "iat"}) {
    for (const std::string& value : {R"("1900000000")"s, "null"s, "-1"s, "-0.5"s, "1e400"s, "NaN"s,
                                     "Infinity"s, std::string(5'000, '9'), "9007199254740992"s,
                                     "18446744073709551615"s, "1e300"s, "[]"s, "{}"s, "true"s}) {
      bad_claims("{\"" + std::string(name) + "\":" + value + "}");
    }
    bad_claims("{\"" + std::string(name) + "\":1,\"" + std::string(name) + "\":1900000000}");
  }
}

TEST(TokenClaims, RefusesUsersThatAreNone) {
  for (const std::string& value :
       {"1"s, "null"s, "[]"s, "\"\""s, R"("a\u0000b")"s, R"("a\r\nb")"s, R"("\u001b[31m")"s,
        R"("\u007f")"s, "\"" + std::string(201, 'u') + "\""}) {
    EXPECT_THAT(bad_claims(R"({"sub":)" + value + "}"), HasSubstr("\"sub\""));
  }
  bad_claims(R"({"sub":"a","sub":"b"})");
  EXPECT_EQ(claims_of(R"({"sub":")" + std::string(200, 'u') + "\"}").user.size(), 200U);
}

TEST(TokenClaims, RefusesGrantsThatAreNone) {
  for (const std::string_view channels :
       {"[]", "null", "\"*\"", R"({"a":"subscribe"})", R"({"a":null})", R"({"a":[1]})",
        R"({"a":[["subscribe"]]})", R"({"":["subscribe"]})", R"({"a b":["subscribe"]})",
        R"({"$sys":["subscribe"]})", R"({"a\r\n":["subscribe"]})",
        R"({"a":[],"a":["subscribe"]})"}) {
    bad_claims(R"({"river":{"channels":)" + std::string(channels) + "}}");
  }
  bad_claims(R"({"river":[]})");
  bad_claims(R"({"river":{},"river":{}})");
  bad_claims(R"({"river":{"channels":{},"channels":{"*":["publish"]}}})");
  bad_claims(R"({"river":{"channels":{")" + std::string(201, 'c') + R"(":["subscribe"]}}})");
}

TEST(TokenClaims, NamesAnUnknownAction) {
  const std::string detail = bad_claims(R"({"river":{"channels":{"a*":["subscribe","read"]}}})");
  EXPECT_THAT(detail, HasSubstr("\"a*\""));
  EXPECT_THAT(detail, HasSubstr("\"read\""));
}

TEST(TokenClaims, TakesAsManyGrantsAsAllowedAndNotOneMore) {
  const auto payload = [](std::size_t count) {
    std::string channels;
    for (std::size_t i = 0; i < count; ++i) {
      channels += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + "\":[\"publish\"]";
    }
    return R"({"river":{"channels":{)" + channels + "}}}";
  };
  EXPECT_EQ(claims_of(payload(limits::grants_max)).grants.size(), limits::grants_max);
  EXPECT_THAT(bad_claims(payload(limits::grants_max + 1)), HasSubstr("at most 100"));
}

TEST(TokenClaims, BoundsInfo) {
  const auto payload = [](std::size_t bytes) {
    return R"({"river":{"info":")" + std::string(bytes - 2, 'i') + "\"}}";
  };
  EXPECT_EQ(claims_of(payload(limits::info_bytes_max)).info.size(), limits::info_bytes_max);
  EXPECT_THAT(bad_claims(payload(limits::info_bytes_max + 1)), HasSubstr("river.info"));
}

}  // namespace
}  // namespace river::auth
