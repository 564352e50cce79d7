#include "auth/permission.h"

#include <string>

#include <gtest/gtest.h>

namespace river::auth {
namespace {

constexpr Actions all = 15;

Claims with(std::vector<Grant> grants) {
  Claims claims;
  claims.has_grants = true;
  claims.grants = std::move(grants);
  return claims;
}

bool may(const Claims& claims, Action action, std::string_view channel) {
  return auth::may(claims, action, channel, ChannelRules().rule_for(channel));
}

TEST(Permission, PublicChannelsAreOpenToSubscribeAndNothingElse) {
  for (const Claims& claims : {Claims{}, with({}), with({{"cats", all}})}) {
    EXPECT_TRUE(may(claims, Action::subscribe, "dogs"));
    EXPECT_FALSE(may(claims, Action::publish, "dogs"));
    EXPECT_FALSE(may(claims, Action::history, "dogs"));
    EXPECT_FALSE(may(claims, Action::presence, "dogs"));
  }
}

TEST(Permission, PrivateAndPresenceChannelsNeedAGrant) {
  for (const std::string_view channel :
       {"private-", "private-x", "presence-x", "private-cache-x", "presence-cache-x"}) {
    EXPECT_FALSE(may(Claims{}, Action::subscribe, channel)) << channel;
    EXPECT_FALSE(may(with({{"public-*", all}}), Action::subscribe, channel)) << channel;
    EXPECT_TRUE(may(with({{"p*", bit_of(Action::subscribe)}}), Action::subscribe, channel))
        << channel;
  }
  EXPECT_TRUE(may(Claims{}, Action::subscribe, "cache-private-x"));
}

TEST(Permission, AGrantIsForItsActionsAlone) {
  for (const Action granted :
       {Action::subscribe, Action::publish, Action::history, Action::presence}) {
    const Claims claims = with({{"private-x", bit_of(granted)}});
    for (const Action asked :
         {Action::subscribe, Action::publish, Action::history, Action::presence}) {
      EXPECT_EQ(may(claims, asked, "private-x"), asked == granted);
    }
  }
}

TEST(Permission, GrantsOfAllMatchingPatternsAddUp) {
  const Claims claims = with({{"private-*", bit_of(Action::subscribe)},
                              {"private-room-*", bit_of(Action::publish)},
                              {"private-room-1", bit_of(Action::history)}});
  EXPECT_TRUE(may(claims, Action::subscribe, "private-room-1"));
  EXPECT_TRUE(may(claims, Action::publish, "private-room-1"));
  EXPECT_TRUE(may(claims, Action::history, "private-room-1"));
  EXPECT_FALSE(may(claims, Action::presence, "private-room-1"));
  EXPECT_FALSE(may(claims, Action::history, "private-room-2"));
  EXPECT_FALSE(may(claims, Action::publish, "private-other"));
}

TEST(Permission, APatternMatchesAWholeName) {
  const Claims claims = with({{"private-orders-42", all}, {"private-a#b", all}});
  EXPECT_FALSE(may(claims, Action::subscribe, "private-orders-421"));
  EXPECT_FALSE(may(claims, Action::subscribe, "private-orders-4"));
  EXPECT_FALSE(may(claims, Action::subscribe, "private-orders-42#"));
  EXPECT_FALSE(may(claims, Action::subscribe, "private-axb"));
  EXPECT_TRUE(may(claims, Action::subscribe, "private-a#b"));
}

TEST(Permission, ARuleFreesPublishAndHistoryForThoseWhoMaySubscribe) {
  ChannelRule rule;
  rule.client_publish = true;
  rule.client_history = true;
  EXPECT_TRUE(auth::may(Claims{}, Action::publish, "chat", rule));
  EXPECT_TRUE(auth::may(Claims{}, Action::history, "chat", rule));
  EXPECT_FALSE(auth::may(Claims{}, Action::presence, "chat", rule));

  rule.kind.needs_grant = true;
  EXPECT_FALSE(auth::may(Claims{}, Action::publish, "chat", rule));
  EXPECT_FALSE(auth::may(Claims{}, Action::history, "chat", rule));
  const Claims subscriber = with({{"chat", bit_of(Action::subscribe)}});
  EXPECT_TRUE(auth::may(subscriber, Action::publish, "chat", rule));
  EXPECT_TRUE(auth::may(subscriber, Action::history, "chat", rule));
}

}  // namespace
}  // namespace river::auth
