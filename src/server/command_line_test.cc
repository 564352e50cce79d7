#include "server/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/exit_code.h"

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

template <typename Expected>
Expected parse(std::vector<std::string> words) {
  const Arguments arguments = parse_arguments(std::move(words));
  if (const auto* print = std::get_if<PrintArguments>(&arguments)) {
    if constexpr (!std::is_same_v<Expected, PrintArguments>) ADD_FAILURE() << print->text;
  }
  const auto* expected = std::get_if<Expected>(&arguments);
  if (expected != nullptr) return *expected;
  ADD_FAILURE() << "another command";
  return {};
}

testing::Matcher<const FlagValue&> is_flag(const std::string& name,
                                           const std::vector<std::string>& values) {
  return testing::AllOf(testing::Field(&FlagValue::name, name),
                        testing::Field(&FlagValue::values, values));
}

TEST(CommandLine, ServeIsTheDefaultCommand) {
  EXPECT_THAT(parse<ServeArguments>({}).flags, IsEmpty());
  for (const bool named : {false, true}) {
    std::vector<std::string> words = {"--listen", "127.0.0.1:1", "--config=river.toml"};
    if (named) words.insert(words.begin(), "serve");
    const auto arguments = parse<ServeArguments>(words);
    EXPECT_EQ(arguments.config_file, "river.toml");
    EXPECT_THAT(arguments.flags, ElementsAre(is_flag("--listen", {"127.0.0.1:1"})));
  }
}

TEST(CommandLine, FlagsMayRepeatAndSwitchesNeedNoValue) {
  const auto arguments = parse<ServeArguments>(
      {"--listen", "a:1", "--listen=b:2", "--playground", "--deflate=false", "--workers", "2"});
  EXPECT_THAT(arguments.flags,
              ElementsAre(is_flag("--listen", {"a:1", "b:2"}), is_flag("--workers", {"2"}),
                          is_flag("--playground", {"true"}), is_flag("--deflate", {"false"})));
}

TEST(CommandLine, CheckTakesTheSameSettings) {
  const auto arguments = parse<CheckArguments>({"check", "--config", "f", "--workers", "2"});
  EXPECT_EQ(arguments.config_file, "f");
  EXPECT_THAT(arguments.flags, ElementsAre(is_flag("--workers", {"2"})));
  EXPECT_FALSE(arguments.markdown);
  EXPECT_TRUE(parse<CheckArguments>({"check", "--markdown"}).markdown);
}

TEST(CommandLine, TokenTakesItsOptionsAndWhereTheSecretsAre) {
  const auto arguments = parse<TokenArguments>(
      {"token", "--user", "ada", "--channel", "a=subscribe,publish", "--channel", "b*=history",
       "--info", "{\"a\": [1, 2]}", "--expires", "15m", "--data-dir", "d"});
  EXPECT_EQ(arguments.options.user, "ada");
  EXPECT_THAT(arguments.options.channels, ElementsAre("a=subscribe,publish", "b*=history"));
  EXPECT_EQ(arguments.options.info, "{\"a\": [1, 2]}");
  EXPECT_EQ(arguments.options.expires, "15m");
  EXPECT_THAT(arguments.flags, ElementsAre(is_flag("--data-dir", {"d"})));
  EXPECT_EQ(parse<TokenArguments>({"token"}).options.expires, "1h");
  EXPECT_THAT(parse<TokenArguments>({"token", "--auth-issuer", "i", "--auth-audience", "a"}).flags,
              ElementsAre(is_flag("--auth-issuer", {"i"}), is_flag("--auth-audience", {"a"})));
}

TEST(CommandLine, HelpAndVersionArePrinted) {
  EXPECT_THAT(parse<PrintArguments>({"--help"}).text, HasSubstr("river token"));
  const auto help = parse<PrintArguments>({"serve", "--help"});
  EXPECT_THAT(help.text, HasSubstr("--limits-connections-max"));
  EXPECT_EQ(help.exit_code, exit_success);
  EXPECT_THAT(parse<PrintArguments>({"token", "-h"}).text, HasSubstr("--channel"));
  for (const char* word : {"version", "--version"}) {
    EXPECT_THAT(parse<PrintArguments>({word}).text, MatchesRegex("river [0-9]+\\.[0-9]+.*\n"));
  }
}

// The lines of an answer to a wrong command line.
std::string usage_error(std::vector<std::string> words) {
  const auto answer = parse<PrintArguments>(std::move(words));
  EXPECT_EQ(answer.exit_code, exit_usage);
  return answer.text;
}

TEST(CommandLine, UnknownNamesAreErrorsThatNameTheNearest) {
  EXPECT_EQ(usage_error({"serv"}), "river: unknown command serv; the nearest known one is serve\n");
  EXPECT_EQ(usage_error({"--lissten", "a:1", "--wrokers=2", "--workers", "1"}),
            "river: unknown flag --lissten; the nearest known one is --listen\n"
            "river: unknown flag --wrokers; the nearest known one is --workers\n");
  EXPECT_EQ(usage_error({"token", "--usr", "ada"}),
            "river: unknown flag --usr; the nearest known one is --user\n");
  EXPECT_EQ(usage_error({"serve", "8080"}), "river: unexpected word 8080\n");
}

TEST(CommandLine, FlagsWithoutTheirValueAreErrors) {
  EXPECT_THAT(usage_error({"serve", "--listen"}), HasSubstr("--listen"));
  EXPECT_THAT(usage_error({"token", "--user"}), HasSubstr("--user"));
}

TEST(CommandLine, SecretsAreNoFlags) {
  const std::vector<std::vector<std::string>> attempts = {
      {"--api-key", "hush"}, {"--auth-api-keys", "hush"}, {"--jwt-secret=hush"}};
  for (const std::vector<std::string>& words : attempts) {
    const std::string error = usage_error(words);
    EXPECT_THAT(error, HasSubstr("set RIVER_API_KEY or RIVER_JWT_SECRET instead")) << words[0];
    EXPECT_THAT(error, Not(HasSubstr("hush")));
  }
}

}  // namespace
}  // namespace river::server
