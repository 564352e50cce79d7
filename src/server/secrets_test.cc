#include "server/secrets.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr const char* key = "key-of-16-bytes-or-more";
constexpr const char* secret = "secret-of-thirty-two-bytes-or-more";

unsigned mode_of(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() { config_.data_dir = directory_.file("data"); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return config_.data_dir + "/" + name;
  }
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directory(config_.data_dir);
    (void)directory_.write("data/" + name, content);
  }
  Secrets make() {
    const auto secrets = read_or_make_secrets(config_);
    if (secrets) return *secrets;
    ADD_FAILURE() << secrets.error();
    return {};
  }
  std::string error() {
    const auto secrets = read_or_make_secrets(config_);
    return secrets ? "no error" : secrets.error();
  }

  TemporaryDirectory directory_;
  Config config_;
};

TEST_F(SecretsTest, TheFirstStartMakesAKeyAndASecretForTheirUserAlone) {
  const Secrets made = make();
  EXPECT_TRUE(made.are_new);
  EXPECT_THAT(made.api_keys, ElementsAre(MatchesRegex("[0-9a-f]{32}")));
  EXPECT_THAT(made.jwt_secrets, ElementsAre(MatchesRegex("[0-9a-f]{64}")));
  EXPECT_EQ(made.api_key_file, path("api_key"));
  EXPECT_EQ(made.jwt_secret_file, path("jwt_secret"));
  EXPECT_EQ(mode_of(config_.data_dir), 0700U);
  EXPECT_EQ(mode_of(path("api_key")), 0600U);
  EXPECT_EQ(mode_of(path("jwt_secret")), 0600U);
  EXPECT_EQ(content_of(path("api_key")), made.api_keys[0] + "\n");
  const std::filesystem::directory_iterator files(config_.data_dir);
  EXPECT_EQ(std::distance(begin(files), end(files)), 2) << "an unfinished file was left";
}

TEST_F(SecretsTest, LaterStartsFindTheSame) {
  const Secrets first = make();
  const Secrets second = make();
  EXPECT_FALSE(second.are_new);
  EXPECT_EQ(second.api_keys, first.api_keys);
  EXPECT_EQ(second.jwt_secrets, first.jwt_secrets);
}

TEST_F(SecretsTest, TwoDeploymentsNeverShareASecret) {
  const Secrets first = make();
  config_.data_dir = directory_.file("other/nested/");
  const Secrets second = make();
  EXPECT_NE(second.api_keys, first.api_keys);
  EXPECT_NE(second.jwt_secrets, first.jwt_secrets);
  EXPECT_EQ(mode_of(directory_.file("other/nested")), 0700U);
}

TEST_F(SecretsTest, TheConfigurationComesFirstAndThenNothingIsWritten) {
  config_.auth.api_keys = {key};
  config_.auth.jwt_secrets = {secret};
  const Secrets given = make();
  EXPECT_THAT(given.api_keys, ElementsAre(key));
  EXPECT_THAT(given.jwt_secrets, ElementsAre(secret));
  EXPECT_FALSE(given.are_new);
  EXPECT_EQ(given.api_key_file, "");
  EXPECT_FALSE(std::filesystem::exists(config_.data_dir));
}

TEST_F(SecretsTest, OnlyWhatTheConfigurationLeavesOutIsMade) {
  config_.auth.api_keys = {key};
  EXPECT_THAT(make().api_keys, ElementsAre(key));
  EXPECT_FALSE(std::filesystem::exists(path("api_key")));
  EXPECT_TRUE(std::filesystem::exists(path("jwt_secret")));
}

TEST_F(SecretsTest, ConfiguredTokenKeysNeedNoJwtSecret) {
  config_.auth.keys.emplace_back().public_key_file = "key.pem";
  EXPECT_THAT(make().jwt_secrets, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path("jwt_secret")));
}

TEST_F(SecretsTest, AFileMayHoldSeveralWhileTheyRotate) {
  write("api_key", std::string("  new-key-of-16-bytes\r\n\n") + key + "\n");
  EXPECT_THAT(make().api_keys, ElementsAre("new-key-of-16-bytes", key));
}

TEST_F(SecretsTest, FilesThatOthersCanReadAreRefused) {
  make();
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    ASSERT_EQ(chmod(path("api_key").c_str(), mode), 0);
    EXPECT_THAT(error(), HasSubstr("chmod 600 " + path("api_key")));
  }
  ASSERT_EQ(chmod(path("api_key").c_str(), 0400), 0);
  EXPECT_EQ(error(), "no error");
}

TEST_F(SecretsTest, FilesWithoutAUsableSecretAreRefused) {
  write("api_key", "\n\n");
  EXPECT_THAT(error(), EndsWith("is empty: remove it, and River makes a new one"));
  write("api_key", key);
  write("jwt_secret", key);
  EXPECT_THAT(error(), EndsWith("line 1 has 23 bytes and needs 32"));
}

TEST_F(SecretsTest, ADirectoryInPlaceOfAFileIsRefused) {
  std::filesystem::create_directories(path("api_key"));
  EXPECT_THAT(error(), EndsWith("it is not a regular file"));
}

TEST_F(SecretsTest, ErrorsSayWhatElseToDo) {
  config_.data_dir = directory_.write("file", "") + "/data";
  EXPECT_THAT(error(), HasSubstr("Not a directory"));
  config_.data_dir = "/proc/river";
  EXPECT_THAT(error(), HasSubstr("River may write to"));
}

TEST_F(SecretsTest, ReadingMakesNothing) {
  const auto nothing = read_secrets(config_);
  ASSERT_TRUE(nothing) << nothing.error();
  EXPECT_THAT(nothing->api_keys, IsEmpty());
  EXPECT_EQ(nothing->api_key_file, path("api_key"));
  EXPECT_FALSE(std::filesystem::exists(config_.data_dir));
  const Secrets made = make();
  EXPECT_EQ(read_secrets(config_)->jwt_secrets, made.jwt_secrets);
}

TEST_F(SecretsTest, StartsAtTheSameTimeAgree) {
  std::vector<Secrets> found(8);
  std::vector<std::thread> starts;
  for (Secrets& one : found) {
    starts.emplace_back([this, &one] { one = read_or_make_secrets(config_).value_or(Secrets{}); });
  }
  for (std::thread& start : starts) start.join();
  for (const Secrets& one : found) {
    EXPECT_EQ(one.api_keys, found[0].api_keys);
    EXPECT_EQ(one.jwt_secrets, found[0].jwt_secrets);
    EXPECT_THAT(one.api_keys, testing::SizeIs(1));
  }
}

}  // namespace
}  // namespace river::server
