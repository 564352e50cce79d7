#include "server/check_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls_testing.h"
#include "server/exit_code.h"
#include "server/settings.h"
#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* hush = "hush-hush-hush-hush-hush-hush-hush";

class CheckCommand : public testing::Test {
 protected:
  void file(std::string_view content) { inputs_.file = directory_.write("river.toml", content); }

  struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
  };
  Outcome check() {
    inputs_.flags.push_back({"--data-dir", {directory_.file("data")}});
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int exit_code = run_check(load_config(inputs_));
    return {exit_code, testing::internal::GetCapturedStdout(),
            testing::internal::GetCapturedStderr()};
  }

  TemporaryDirectory directory_;
  ConfigInputs inputs_;
};

TEST_F(CheckCommand, SaysWhatEachSettingIsAndWhereItCameFrom) {
  file("[ping]\ninterval = 20\n");
  inputs_.environment = {{"RIVER_TLS_CERT", ""}, {"RIVER_LOG_LEVEL", "debug"}};
  inputs_.flags = {{"--workers", {"2"}}};
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_success) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("\nping.interval +20s +[^ ]*river.toml:2\n"),
                                 ContainsRegex("\nlog.level +debug +RIVER_LOG_LEVEL\n"),
                                 ContainsRegex("\nworkers +2 +--workers\n"),
                                 ContainsRegex("\ntls.cert +\"\" +default\n"),
                                 HasSubstr("The configuration is valid.")));
  for (const Setting& setting : settings()) {
    EXPECT_THAT("\n" + outcome.out, HasSubstr("\n" + std::string(setting.key) + " "));
  }
}

TEST_F(CheckCommand, ShowsRulesAndKeysButNoSecret) {
  file(std::string("[auth]\napi_keys = ['") + hush + "']\n[[auth.keys]]\nkid = 'k1'\nsecret = '" +
       hush + "'\n[[channels]]\npattern = 'chat-*'\nclient_publish = true\n");
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_success) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("[[channels]]  pattern = chat-*, client_publish = true\n"),
                    HasSubstr("[[auth.keys]]  kid = k1, secret = (1 secret)\n"),
                    ContainsRegex("\nauth.api_keys +\\(1 secret\\) "), Not(HasSubstr("hush"))));
  EXPECT_THAT(outcome.err, Not(HasSubstr("hush")));
}

TEST_F(CheckCommand, SaysWhereTheSecretsAreAndMakesNone) {
  const Outcome outcome = check();
  EXPECT_THAT(outcome.out, HasSubstr("data/api_key (made at the first start)\n"));
  EXPECT_FALSE(std::filesystem::exists(directory_.file("data")));
  inputs_.environment = {{"RIVER_API_KEY", hush}, {"RIVER_JWT_SECRET", hush}};
  EXPECT_THAT(check().out, AllOf(HasSubstr("API key: from the configuration\n"),
                                 HasSubstr("JWT secret: from the configuration\n")));
}

TEST_F(CheckCommand, FailsWithEveryErrorOfTheConfiguration) {
  file("lissten = 1\nworkers = 'x'\n");
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_failed);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("unknown setting lissten"), HasSubstr("workers: exp")));
}

TEST_F(CheckCommand, WrongFlagsAreTheCommandLinesFault) {
  inputs_.flags = {{"--workers", {"x"}}};
  EXPECT_EQ(check().exit_code, exit_usage);
}

TEST_F(CheckCommand, FailsForFilesThatAreNotThereOrNoKeys) {
  const std::string no_key = directory_.write("key.pem", "no key");
  file("[tls]\ncert = '/no/cert.pem'\nkey = '/no/key.pem'\n[[auth.keys]]\npublic_key_file = '" +
       no_key + "'\n");
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_failed);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("tls.cert: cannot read /no/cert.pem: No such file or directory"),
                    HasSubstr("tls.key: cannot read /no/key.pem"),
                    HasSubstr("auth.keys: " + no_key + ": ")));
}

// What follows was called valid, and then `river serve` did not start.
TEST_F(CheckCommand, FailsForACertificateThatServeWouldRefuse) {
  const auto one = net::testing_tls::make_certificate("one");
  const auto two = net::testing_tls::make_certificate("two");
  const std::string certificate = directory_.write("cert.pem", one.certificate);
  const auto error_with_key = [&](std::string_view key) {
    const std::string path = directory_.write("key.pem", std::string(key));
    file("[tls]\ncert = '" + certificate + "'\nkey = '" + path + "'\n");
    const Outcome outcome = check();
    return outcome.exit_code == exit_success ? "valid" : outcome.err;
  };
  EXPECT_EQ(error_with_key(one.key), "valid");
  EXPECT_THAT(error_with_key(two.key), HasSubstr("does not belong to the certificate"));
  EXPECT_THAT(error_with_key("no key"), HasSubstr("it must be a PEM file"));
}

TEST_F(CheckCommand, FailsForAddressesAndKeysThatServeWouldRefuse) {
  file(
      "listen = ['localhost:80', 'river.example.com:8080']\n[auth]\napi_keys = ['two words and "
      "more']\n");
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_failed);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("river.example.com:8080"), Not(HasSubstr("localhost")),
                    HasSubstr("an API key must be of visible ASCII"), Not(HasSubstr("two words"))));
}

TEST_F(CheckCommand, WarningsDoNotFail) {
  inputs_.flags = {{"--listen", {"0.0.0.0:8080"}}};
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, exit_success);
  EXPECT_THAT(outcome.err, HasSubstr("warning: LISTENING BEYOND THIS MACHINE WITHOUT TLS"));
}

}  // namespace
}  // namespace river::server
