#include "server/settings.h"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/settings_text.h"

namespace river::server {
namespace {

using testing::HasSubstr;
using testing::Not;

const Setting& setting_of(std::string_view key) {
  return *std::ranges::find(settings(), key, &Setting::key);
}

TEST(Settings, NamesAreDerivedFromTheKey) {
  EXPECT_EQ(environment_name(setting_of("tls.cert")), "RIVER_TLS_CERT");
  EXPECT_EQ(flag_name(setting_of("tls.cert")), "--tls-cert");
  EXPECT_EQ(environment_name(setting_of("send_batch")), "RIVER_SEND_BATCH");
  EXPECT_EQ(flag_name(setting_of("send_batch")), "--send-batch");
  EXPECT_EQ(flag_name(setting_of("limits.connections_max")), "--limits-connections-max");
}

TEST(Settings, SecretsHaveShortVariablesAndNoFlag) {
  EXPECT_EQ(environment_name(setting_of("auth.api_keys")), "RIVER_API_KEY");
  EXPECT_EQ(environment_name(setting_of("auth.jwt_secrets")), "RIVER_JWT_SECRET");
  EXPECT_EQ(flag_name(setting_of("auth.api_keys")), "");
  EXPECT_EQ(flag_name(setting_of("auth.jwt_secrets")), "");
}

TEST(Settings, NoTwoShareAName) {
  std::set<std::string> names;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(names.insert(environment_name(setting)).second) << setting.key;
    if (setting.secret) continue;
    EXPECT_TRUE(names.insert(flag_name(setting)).second) << setting.key;
  }
  EXPECT_FALSE(names.contains("RIVER_CONFIG"));
  EXPECT_FALSE(names.contains("--config"));
}

TEST(Settings, EachDefaultIsAValueThatMayBeSet) {
  const Config defaults;
  for (const Setting& setting : settings()) {
    const std::string value = setting.show(defaults);
    if (value.empty()) continue;
    Config config;
    const ReadResult read = setting.read(config, PlainText{value}, setting.range);
    EXPECT_TRUE(read) << setting.key << " is " << value << ", but expected " << read.error();
    EXPECT_EQ(setting.show(config), value) << setting.key;
  }
}

// Added to the time of day, they overflowed.
TEST(Settings, NoAgeIsLongerThanAHundredYears) {
  for (const char* key : {"history.age_max", "idempotency.age", "auth.revocation_age"}) {
    Config config;
    const Setting& setting = setting_of(key);
    EXPECT_TRUE(setting.read(config, PlainText{"36500d"}, setting.range)) << key;
    EXPECT_FALSE(setting.read(config, PlainText{"36501d"}, setting.range)) << key;
  }
}

TEST(Settings, SecretsAreCountedAndNeverShown) {
  Config config;
  const Setting& keys = setting_of("auth.api_keys");
  EXPECT_EQ(shown(keys, config), "\"\"");
  config.auth.api_keys = {"hush"};
  EXPECT_EQ(shown(keys, config), "(1 secret)");
  config.auth.api_keys = {"hush", "hush-hush"};
  EXPECT_EQ(shown(keys, config), "(2 secrets)");
  EXPECT_EQ(shown(setting_of("data_dir"), config), ".river");
}

TEST(Settings, HelpNamesEachWithItsDefault) {
  const std::string help = settings_help();
  for (const Setting& setting : settings()) {
    const std::string name = setting.secret ? environment_name(setting) : flag_name(setting);
    EXPECT_THAT(help, HasSubstr("\n  " + name));
  }
  EXPECT_THAT(help, HasSubstr("\n  --auth-timeout (15s)\n"));
  EXPECT_THAT(help, Not(HasSubstr("--auth-api-keys")));
  std::size_t longest = 0;
  for (std::size_t start = 0; start < help.size();) {
    const std::size_t end = std::min(help.find('\n', start), help.size());
    longest = std::max(longest, end - start);
    start = end + 1;
  }
  EXPECT_LE(longest, 92U);
}

}  // namespace
}  // namespace river::server
