#include "server/token_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/token_verifier.h"
#include "server/token_keys.h"

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr UnixSeconds now = 1'800'000'000;
constexpr const char* secret = "0123456789abcdef0123456789abcdef";

class TokenCommand : public testing::Test {
 protected:
  TokenCommand() { secrets_.jwt_secrets = {secret}; }

  std::string error() {
    const auto token = make_token(options_, config_, secrets_, now);
    return token ? "no error" : token.error();
  }
  // The claims that the server finds in the token.
  auth::Claims claims() {
    const auto token = make_token(options_, config_, secrets_, now);
    EXPECT_TRUE(token) << token.error();
    const auth::TokenVerifier verifier(token_keys(config_, secrets_).value(),
                                       token_verifier_options(config_));
    return verifier.verify(token.value(), now).value();
  }

  TokenOptions options_;
  Config config_;
  Secrets secrets_;
};

TEST_F(TokenCommand, MakesATokenThatTheServerTakes) {
  options_.user = "ada";
  options_.channels = {"private-*=subscribe,publish", "a=b=history,presence"};
  options_.info = R"({"name":"Ada"})";
  options_.expires = "15m";
  const auth::Claims found = claims();
  EXPECT_EQ(found.user, "ada");
  EXPECT_EQ(found.expires, now + 900);
  EXPECT_EQ(found.issued, now);
  EXPECT_EQ(found.info, R"({"name":"Ada"})");
  using auth::Action;
  const auto both = [](Action first, Action second) {
    return static_cast<auth::Actions>(auth::bit_of(first) | auth::bit_of(second));
  };
  EXPECT_THAT(found.grants,
              ElementsAre(auth::Grant{"private-*", both(Action::subscribe, Action::publish)},
                          auth::Grant{"a=b", both(Action::history, Action::presence)}));
}

TEST_F(TokenCommand, WithoutOptionsItIsAnonymousForAnHour) {
  const auth::Claims found = claims();
  EXPECT_EQ(found.user, "");
  EXPECT_EQ(found.expires, now + 3600);
  EXPECT_FALSE(found.has_grants);
}

TEST_F(TokenCommand, GrantsNeedAPatternAndKnownRights) {
  for (const char* channel : {"dogs", "dogs=", "=subscribe", "dogs=read", "dogs=subscribe,"}) {
    options_.channels = {channel};
    EXPECT_THAT(error(), HasSubstr("the rights are subscribe, publish, history, presence"));
  }
}

TEST_F(TokenCommand, LifetimesAreDurations) {
  for (const char* expires : {"", "0", "500ms", "soon", "-1h"}) {
    options_.expires = expires;
    EXPECT_THAT(error(), HasSubstr("--expires")) << expires;
  }
}

TEST_F(TokenCommand, WhatTheServerWouldRefuseIsAnError) {
  options_.info = "{";
  EXPECT_THAT(error(), HasSubstr("the server would refuse this token: "));
  options_.info = "";
  options_.user = std::string(201, 'u');
  EXPECT_THAT(error(), HasSubstr("the server would refuse this token: "));
}

TEST_F(TokenCommand, TheFirstSecretSignsWhileTheyRotate) {
  secrets_.jwt_secrets = {std::string(32, 'n'), secret};
  const std::string token = make_token(options_, config_, secrets_, now).value();
  secrets_.jwt_secrets.pop_back();
  EXPECT_EQ(make_token(options_, config_, secrets_, now).value(), token);
}

TEST_F(TokenCommand, ConfiguredSecretsSignWithTheirKid) {
  secrets_.jwt_secrets.clear();
  AuthKey& key = config_.auth.keys.emplace_back();
  key.kid = "k1";
  key.secret = secret;
  options_.user = "ada";
  EXPECT_EQ(claims().user, "ada");
  EXPECT_THAT(make_token(options_, config_, secrets_, now).value(),
              testing::StartsWith("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0."));
}

// It was refused by the server that it was made for.
TEST_F(TokenCommand, NamesTheIssuerAndTheAudienceThatTheServerAsksFor) {
  config_.auth.issuer = "https://login.example.com/";
  config_.auth.audience = "river";
  options_.user = "ada";
  EXPECT_EQ(claims().user, "ada");
}

TEST_F(TokenCommand, WithoutASecretItSaysWhereToFindOne) {
  secrets_.jwt_secrets.clear();
  secrets_.jwt_secret_file = "data/jwt_secret";
  EXPECT_THAT(error(), HasSubstr("there is no data/jwt_secret yet"));
  config_.auth.keys.emplace_back().public_key_file = "key.pem";
  EXPECT_THAT(error(), HasSubstr("only public keys are configured"));
}

}  // namespace
}  // namespace river::server
