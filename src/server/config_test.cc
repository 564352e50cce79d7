#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Config, TheDefaultsAgreeWithEachOther) {
  EXPECT_THAT(contradictions(Config{}), IsEmpty());
  EXPECT_THAT(config_warnings(Config{}), IsEmpty());
}

TEST(Config, TlsNeedsCertificateAndKey) {
  Config config;
  config.tls.cert = "cert.pem";
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("tls.key is not")));
  config.tls.key = "key.pem";
  EXPECT_THAT(contradictions(config), IsEmpty());
}

TEST(Config, WhatMayBePublishedMustBeDeliverable) {
  Config config;
  config.limits.data_bytes_max = 2 * limits::mib;
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("limits.publish_body_bytes_max"),
                                                  HasSubstr("limits.outbox_bytes_max")));
}

TEST(Config, TheLeastDrainTimeIsWithinTheLongest) {
  Config config;
  config.shutdown.drain_min = config.shutdown.timeout;
  EXPECT_THAT(contradictions(config), IsEmpty());
  config.shutdown.drain_min += milliseconds(1);
  EXPECT_THAT(contradictions(config), ElementsAre(HasSubstr("shutdown.drain_min")));
}

TEST(Config, AnApiKeyThatMayBeGuessedIsAWarning) {
  Config config;
  config.auth.api_keys = {"fifteen-letters"};
  EXPECT_THAT(config_warnings(config), ElementsAre(HasSubstr("fewer than 16 characters")));
  config.auth.api_keys = {"sixteen-letters!"};
  EXPECT_THAT(config_warnings(config), IsEmpty());
}

TEST(Config, ListeningBeyondThisMachineWithoutTlsIsAWarning) {
  Config config;
  config.listen = {{"127.0.0.1", 1}, {"0.0.0.0", 2}};
  EXPECT_THAT(config_warnings(config), ElementsAre(HasSubstr("WITHOUT TLS")));
  config.tls.cert = "cert.pem";
  EXPECT_THAT(config_warnings(config), IsEmpty());
}

TEST(Config, ABurstBelowTheSubscriptionsIsAWarning) {
  Config config;
  config.limits.subscriptions_max = config.limits.messages_burst;
  EXPECT_THAT(config_warnings(config), ElementsAre(HasSubstr("limits.messages_burst")));
}

TEST(Config, AMessageLimitWithoutRoomForTheLargestDataIsAWarning) {
  Config config;
  --config.limits.message_bytes_max;
  EXPECT_THAT(config_warnings(config), ElementsAre(HasSubstr("limits.message_bytes_max")));
  --config.limits.data_bytes_max;
  EXPECT_THAT(config_warnings(config), IsEmpty());
}

TEST(Config, ARuleBehindOneThatMatchesTheSameIsAWarning) {
  Config config;
  for (const char* pattern : {"chat-*", "*-log", "chat-1", "a-*-log"}) {
    config.channels.emplace_back().pattern = pattern;
  }
  EXPECT_THAT(config_warnings(config),
              ElementsAre(HasSubstr("chat-1 is never used: chat-* comes before"),
                          HasSubstr("a-*-log is never used: *-log comes before")));
}

}  // namespace
}  // namespace river::server
