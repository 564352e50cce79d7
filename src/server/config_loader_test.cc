#include "server/config_loader.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/settings.h"
#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class ConfigLoader : public testing::Test {
 protected:
  void file(std::string_view content) { inputs_.file = directory_.write("river.toml", content); }
  void environment(const std::string& name, const std::string& value) {
    inputs_.environment.emplace_back(name, value);
  }
  void flag(const std::string& name, std::vector<std::string> values) {
    inputs_.flags.push_back({name, std::move(values)});
  }

  LoadedConfig load() {
    auto loaded = load_config(inputs_);
    if (loaded) return *loaded;
    for (const std::string& message : loaded.error().messages) ADD_FAILURE() << message;
    return {};
  }
  // Errors, with the path of the file cut to its name.
  std::vector<std::string> errors() {
    const auto loaded = load_config(inputs_);
    if (loaded) return {};
    std::vector<std::string> messages = loaded.error().messages;
    for (std::string& message : messages) {
      if (message.starts_with(directory_.file(""))) message.erase(0, directory_.file("").size());
    }
    return messages;
  }
  static std::string source_of(const LoadedConfig& loaded, std::string_view key) {
    const auto setting = std::ranges::find(settings(), key, &Setting::key);
    return loaded.sources[setting - settings().begin()];
  }

  TemporaryDirectory directory_;
  ConfigInputs inputs_;
};

TEST_F(ConfigLoader, NothingGivesTheDefaults) {
  const LoadedConfig loaded = load();
  EXPECT_EQ(loaded.config.listen, std::vector<ListenAddress>{ListenAddress{}});
  EXPECT_EQ(loaded.config.data_dir, ".river");
  EXPECT_EQ(loaded.config.auth.timeout, seconds(15));
  EXPECT_EQ(loaded.config.limits.subscriptions_max, 100U);
  EXPECT_THAT(loaded.sources, testing::Each("default"));
  EXPECT_THAT(loaded.warnings, ElementsAre());
}

TEST_F(ConfigLoader, FlagsOutweighTheEnvironmentWhichOutweighsTheFile) {
  file("workers = 1\ndata_dir = 'file'\n[log]\nlevel = 'error'\n");
  environment("RIVER_WORKERS", "2");
  environment("RIVER_DATA_DIR", "environment");
  flag("--workers", {"3"});
  const LoadedConfig loaded = load();
  EXPECT_EQ(loaded.config.workers, 3U);
  EXPECT_EQ(loaded.config.data_dir, "environment");
  EXPECT_EQ(loaded.config.log.level, LogLevel::error);
  EXPECT_EQ(source_of(loaded, "workers"), "--workers");
  EXPECT_EQ(source_of(loaded, "data_dir"), "RIVER_DATA_DIR");
  EXPECT_EQ(source_of(loaded, "log.level"), directory_.file("river.toml") + ":4");
  EXPECT_EQ(source_of(loaded, "listen"), "default");
}

TEST_F(ConfigLoader, TheFileMayBeNamedByTheEnvironment) {
  environment("RIVER_CONFIG", directory_.write("other.toml", "workers = 7\n"));
  EXPECT_EQ(load().config.workers, 7U);
  file("workers = 8\n");  // --config
  EXPECT_EQ(load().config.workers, 8U);
}

TEST_F(ConfigLoader, EveryTypeCanComeFromEveryPlace) {
  file(R"(
listen = ["127.0.0.1:1", "[::1]:2"]
send_batch = "io_uring"
playground = true
[limits]
message_bytes_max = "128KiB"
data_bytes_max = 1000
[ping]
interval = 20
timeout = "500ms"
)");
  environment("RIVER_ORIGINS", "https://a.example, https://b.example:8443");
  environment("RIVER_DEFLATE", "false");
  environment("RIVER_HISTORY_AGE_MAX", "1h");
  flag("--log-format", {"json"});
  flag("--metrics-open", {"true"});
  const Config config = load().config;
  EXPECT_EQ(config.listen, (std::vector<ListenAddress>{{"127.0.0.1", 1}, {"::1", 2}}));
  EXPECT_EQ(config.send_batch, net::SendBatchKind::io_uring);
  EXPECT_TRUE(config.playground);
  EXPECT_EQ(config.limits.message_bytes_max, 131072U);
  EXPECT_EQ(config.limits.data_bytes_max, 1000U);
  EXPECT_EQ(config.ping.interval, seconds(20));
  EXPECT_EQ(config.ping.timeout, milliseconds(500));
  EXPECT_THAT(config.origins.texts(), ElementsAre("https://a.example", "https://b.example:8443"));
  EXPECT_FALSE(config.deflate);
  EXPECT_EQ(config.history.age_max, seconds(3600));
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_TRUE(config.metrics.open);
}

TEST_F(ConfigLoader, ARepeatedFlagMakesAListLongerAndElseTheLastCounts) {
  flag("--listen", {"127.0.0.1:1", "127.0.0.1:2,127.0.0.1:3"});
  flag("--workers", {"1", "2"});
  const Config config = load().config;
  EXPECT_EQ(config.listen.size(), 3U);
  EXPECT_EQ(config.workers, 2U);
}

TEST_F(ConfigLoader, UnknownNamesAreErrorsThatNameTheNearest) {
  file(
      "lissten = '127.0.0.1:1'\n"
      "connections_max = 1\n"
      "[limit]\n"
      "message_bytes_max = 1\n"
      "[tls]\n"
      "certificate = 'x'\n"
      "[shutdwn]\n"
      "[[channel]]\n"
      "pattern = 'x'\n"
      "[[channels]]\n"
      "pattern = 'x'\n"
      "presense = true\n"
      "[[auth.key]]\n");
  environment("RIVER_TSL_CERT", "x");
  EXPECT_THAT(
      errors(),
      ElementsAre(
          "river.toml:1: unknown setting lissten; the nearest known one is listen",
          "river.toml:2: unknown setting connections_max; the nearest known one is "
          "limits.connections_max",
          "river.toml:4: unknown setting limit.message_bytes_max; the nearest known one is "
          "limits.message_bytes_max",
          AllOf(HasSubstr("river.toml:6: unknown setting tls.certificate"), EndsWith("tls.cert")),
          HasSubstr("river.toml:7: unknown setting shutdwn"),
          "river.toml:13: unknown list of tables [[auth.key]]; the nearest known one is "
          "[[auth.keys]]",
          "river.toml:8: unknown list of tables [[channel]]; the nearest known one is "
          "[[channels]]",
          "river.toml:12: unknown setting channels.presense; the nearest known one is "
          "channels.presence",
          "environment: unknown variable RIVER_TSL_CERT; the nearest known one is "
          "RIVER_TLS_CERT"));
}

TEST_F(ConfigLoader, EmptySectionsAreNoMistake) {
  file("[limits]\n[tls]\n[auth]\n");
  load();
}

TEST_F(ConfigLoader, WrongValuesAreErrorsThatSayWhatWasExpected) {
  file("workers = 'two'\n[auth]\ntimeout = 1.5\n[limits]\nmessages_burst = 0\n");
  environment("RIVER_PING_INTERVAL", "soon");
  flag("--listen", {"8080"});
  EXPECT_THAT(
      errors(),
      ElementsAre(
          "river.toml:1: workers: expected a whole number up to 1024; got \"two\"",
          HasSubstr("river.toml:3: auth.timeout: expected a duration from 10ms to 1h, such"),
          "river.toml:5: limits.messages_burst: expected a whole number from 1 to 4294967; got 0",
          AllOf(HasSubstr("RIVER_PING_INTERVAL: ping.interval: expected a duration"),
                EndsWith("got \"soon\"")),
          HasSubstr("--listen: listen: expected addresses such as")));
}

// Such a burst was taken, and then never used up.
TEST_F(ConfigLoader, RefusesBurstsThatCannotBeCounted) {
  file("[limits]\nmessages_burst = 4294968\nconnection_burst_per_address = 4294967295\n");
  EXPECT_THAT(errors(),
              ElementsAre("river.toml:2: limits.messages_burst: expected a whole number from 1 to "
                          "4294967; got 4294968",
                          HasSubstr("limits.connection_burst_per_address: expected a whole number "
                                    "from 1 to 4294967; got 4294967295")));
}

TEST_F(ConfigLoader, OnlyWrongFlagsAreTheCommandLinesFault) {
  environment("RIVER_WORKERS", "x");
  EXPECT_FALSE(load_config(inputs_).error().usage);
  flag("--workers", {"x"});
  EXPECT_TRUE(load_config(inputs_).error().usage);
}

TEST_F(ConfigLoader, UnreadableFilesAreErrors) {
  inputs_.file = directory_.file("none.toml");
  EXPECT_THAT(errors(),
              ElementsAre(AllOf(HasSubstr("cannot read "), HasSubstr("none.toml: No such"))));
  file("listen = [\n");
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("river.toml:")));
}

TEST_F(ConfigLoader, EmptyVariablesAreAsGoodAsUnset) {
  environment("RIVER_WORKERS", "");
  environment("RIVER_API_KEY", "");
  EXPECT_EQ(source_of(load(), "workers"), "default");
}

TEST_F(ConfigLoader, WhereClientsFindRiverIsNoSettingOfRiver) {
  environment("RIVER_HOST", "http://127.0.0.1:8080");
  EXPECT_EQ(load().config.listen, Config().listen);
}

TEST_F(ConfigLoader, VariablesOfAKubernetesServiceNamedRiverAreNotMeant) {
  environment("RIVER_SERVICE_HOST", "10.0.0.1");
  environment("RIVER_SERVICE_PORT", "8080");
  environment("RIVER_SERVICE_PORT_HTTP", "8080");
  environment("RIVER_PORT", "tcp://10.0.0.1:8080");
  environment("RIVER_PORT_8080_TCP", "tcp://10.0.0.1:8080");
  environment("RIVER_PORT_8080_TCP_PROTO", "tcp");
  environment("RIVER_PORT_8080_TCP_ADDR", "10.0.0.1");
  load();
  environment("RIVER_PORT", "8080");
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("unknown variable RIVER_PORT;")));
}

TEST_F(ConfigLoader, SystemdsStateDirectoryIsTheDefaultDataDirectory) {
  environment("STATE_DIRECTORY", "/var/lib/river:/var/lib/other");
  LoadedConfig loaded = load();
  EXPECT_EQ(loaded.config.data_dir, "/var/lib/river");
  EXPECT_EQ(source_of(loaded, "data_dir"), "STATE_DIRECTORY");
  flag("--data-dir", {"here"});
  EXPECT_EQ(load().config.data_dir, "here");
}

TEST_F(ConfigLoader, ChannelRulesComeFromTheFileInTheirOrder) {
  file(R"(
[history]
events_max = 7
[[channels]]
pattern = "chat-*"
private = true
client_publish = true
history_age_max = "1h"
[[channels]]
pattern = "*-log"
presence = false
cache = true
history_events_max = 0
client_history = true
)");
  const ChannelRules rules = channel_rules(load().config);
  const ChannelRule chat = rules.rule_for("chat-log");
  EXPECT_TRUE(chat.kind.needs_grant);
  EXPECT_TRUE(chat.client_publish);
  EXPECT_EQ(chat.history_age_max, seconds(3600));
  EXPECT_EQ(chat.history_events_max, 7U);
  const ChannelRule log = rules.rule_for("presence-log");
  EXPECT_FALSE(log.kind.presence);
  EXPECT_TRUE(log.kind.cache);
  EXPECT_TRUE(log.client_history);
  EXPECT_EQ(log.history_events_max, 0U);
  EXPECT_EQ(log.history_age_max, seconds(300));
}

TEST_F(ConfigLoader, ChannelRulesNeedAPatternThatCanMatch) {
  file("[[channels]]\nprivate = true\n[[channels]]\npattern = 'a b'\n");
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("river.toml:1: [[channels]]: a rule needs a pattern"),
                                    HasSubstr("river.toml:3: [[channels]]: pattern \"a b\" can")));
}

constexpr std::string_view long_secret = "0123456789abcdef0123456789abcdef";

TEST_F(ConfigLoader, TokenKeysSayWhatTheyCheckWith) {
  file("[[auth.keys]]\nkid = 'k1'\nsecret = '" + std::string(long_secret) +
       "'\n[[auth.keys]]\npublic_key_file = 'key.pem'\n"
       "[[auth.keys]]\njwks_file = 'keys.json'\n");
  const Config config = load().config;
  ASSERT_EQ(config.auth.keys.size(), 3U);
  EXPECT_EQ(config.auth.keys[0].kid, "k1");
  EXPECT_EQ(config.auth.keys[0].secret, long_secret);
  EXPECT_EQ(config.auth.keys[1].public_key_file, "key.pem");
  EXPECT_EQ(config.auth.keys[2].jwks_file, "keys.json");
}

TEST_F(ConfigLoader, TokenKeysThatCannotWorkAreErrors) {
  file(
      "[[auth.keys]]\nkid = 'a'\n"
      "[[auth.keys]]\nsecret = 'short'\n"
      "[[auth.keys]]\nkid = 'a'\njwks_file = 'keys.json'\n");
  EXPECT_THAT(errors(), ElementsAre(HasSubstr(":1: [[auth.keys]]: a key needs exactly one of"),
                                    HasSubstr(":3: [[auth.keys]]: the secret has 5 bytes"),
                                    HasSubstr(":5: [[auth.keys]]: a jwks_file names")));
}

TEST_F(ConfigLoader, SecretsComeFromTheEnvironmentSeveralWhileTheyRotate) {
  environment("RIVER_API_KEY", "new-key-of-16-bytes,old-key-of-16-bytes");
  environment("RIVER_JWT_SECRET", std::string(long_secret));
  const LoadedConfig loaded = load();
  EXPECT_THAT(loaded.config.auth.api_keys,
              ElementsAre("new-key-of-16-bytes", "old-key-of-16-bytes"));
  EXPECT_THAT(loaded.config.auth.jwt_secrets, ElementsAre(long_secret));
  EXPECT_EQ(source_of(loaded, "auth.api_keys"), "RIVER_API_KEY");
}

TEST_F(ConfigLoader, ErrorsNeverShowASecret) {
  environment("RIVER_API_KEY", "hush-hush");
  environment("RIVER_JWT_SECRET", "hush-hush");
  const std::vector<std::string> messages = errors();
  EXPECT_THAT(messages, ElementsAre(HasSubstr("auth.jwt_secrets: secret 1 has 9 bytes and needs")));
  EXPECT_THAT(messages, Not(Contains(HasSubstr("hush"))));
  inputs_.environment.clear();
  file("[auth]\napi_keys = 12345678\n[[auth.keys]]\nsecret = 12345678\n");
  EXPECT_THAT(errors(), AllOf(testing::SizeIs(2), Not(Contains(HasSubstr("12345678")))));
}

TEST_F(ConfigLoader, ASecretInAFileThatOthersReadIsAWarning) {
  file("[auth]\napi_keys = ['key-of-16-bytes-or-more']\n");
  EXPECT_THAT(load().warnings, ElementsAre());
  std::filesystem::permissions(inputs_.file, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_THAT(load().warnings, ElementsAre(HasSubstr("chmod 600")));
}

}  // namespace
}  // namespace river::server
