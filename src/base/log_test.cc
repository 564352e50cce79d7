#include "base/log.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view noon = "2026-01-31T12:00:00.000Z";

std::string json(std::string_view message, LogFields fields = {}) {
  return log_line(LogFormat::json, noon, LogLevel::info, message, fields);
}

std::string text(std::string_view message, LogFields fields = {}) {
  return log_line(LogFormat::text, noon, LogLevel::info, message, fields);
}

// What stands between the quotes of the one field `v`.
std::string json_value(std::string_view value) {
  constexpr std::string_view start = R"("message":"m","v":")";
  std::string line = json("m", {{"v", value}});
  line.erase(0, line.find(start) + start.size());
  line.erase(line.size() - 2);  // "}
  return line;
}

TEST(Log, JsonLineHoldsTimeLevelMessageAndFields) {
  EXPECT_EQ(json("listening", {{"address", "[::1]:80"}, {"workers", 2}, {"tls", false}}),
            R"({"time":"2026-01-31T12:00:00.000Z","level":"info","message":"listening",)"
            R"("address":"[::1]:80","workers":2,"tls":false})");
}

TEST(Log, TextLineQuotesOnlyWhatCouldBeMisread) {
  EXPECT_EQ(text("listening", {{"address", "[::1]:80"}, {"agent", "a b"}, {"none", ""}, {"n", 2}}),
            R"(2026-01-31T12:00:00.000Z info listening address=[::1]:80 agent="a b" none="" n=2)");
  EXPECT_THAT(text("m", {{"v", "x level=error"}}), EndsWith(R"(v="x level=error")"));
}

TEST(Log, NumbersThatJsonLacksAreQuoted) {
  EXPECT_THAT(json("m", {{"v", std::numeric_limits<double>::quiet_NaN()}}), EndsWith(R"("nan"})"));
  EXPECT_THAT(json("m", {{"v", -std::numeric_limits<double>::infinity()}}), EndsWith(R"("-inf"})"));
  EXPECT_THAT(json("m", {{"v", 1e300}}), EndsWith(R"(:1e+300})"));
  EXPECT_THAT(json("m", {{"v", 'x'}}), EndsWith(R"(:"x"})"));
}

// security.md A17
TEST(Log, NoValueCanStartALineOrMoveTheCursor) {
  EXPECT_EQ(json_value("a\r\nb\tc"), R"(a\r\nb\tc)");
  EXPECT_EQ(json_value("\x1b[31m"), R"(\u001b[31m)");
  EXPECT_EQ(json_value(std::string_view("\0\x7f", 2)), R"(\u0000\u007f)");
  EXPECT_EQ(json_value("\xc2\x80\xc2\x9b\xc2\x9f"), R"(\u0080\u009b\u009f)");
  EXPECT_EQ(json_value("\xe2\x80\xa8\xe2\x80\xa9"), R"(\u2028\u2029)");
  EXPECT_EQ(json_value("\xe2\x80\xae\xe2\x81\xa6"), R"(\u202e\u2066)");
  EXPECT_EQ(json_value(R"(","level":"error)"), R"(\",\"level\":\"error)");
  EXPECT_EQ(json_value(R"(\)"), R"(\\)");
}

TEST(Log, TextEscapesControlsAsWell) {
  EXPECT_THAT(text("m", {{"v", "\n\x1b[31m\xc2\x9b\xe2\x80\xa8"}}),
              EndsWith(R"(v="\n\u001b[31m\u009b\u2028")"));
  EXPECT_THAT(text("a\nb"), EndsWith(R"(a\nb)"));
}

TEST(Log, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(json_value("a\xff"), R"(a\ufffd)");
  EXPECT_EQ(json_value("\xc0\xaf"), R"(\ufffd\ufffd)");                      // overlong
  EXPECT_EQ(json_value("\xed\xa0\x80"), R"(\ufffd\ufffd\ufffd)");            // surrogate
  EXPECT_EQ(json_value("\xf4\x90\x80\x80"), R"(\ufffd\ufffd\ufffd\ufffd)");  // above U+10FFFF
  EXPECT_EQ(json_value("\xe2\x80"), R"(\ufffd\ufffd)");                      // ends too early
  EXPECT_EQ(json_value("\xe2(\xa1"), R"(\ufffd(\ufffd)");
}

TEST(Log, OtherTextPassesUnchanged) {
  EXPECT_EQ(json_value("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\x8a"),
            "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\x8a");
}

TEST(Log, ValuesAreCutTo256BytesBetweenCharacters) {
  const std::string whole(256, 'x');
  EXPECT_EQ(json_value(whole), whole);
  EXPECT_EQ(json_value(whole + "x"), std::string(253, 'x') + "…");
  // 252 bytes and then two-byte characters: one of them would straddle byte 253.
  const std::string straddling = std::string(252, 'x') + "\xc3\xa9\xc3\xa9\xc3\xa9";
  EXPECT_EQ(json_value(straddling), std::string(252, 'x') + "…");
  EXPECT_EQ(text("m", {{"v", std::string(1000, 'x')}}).size(), text("m").size() + 3 + 256 + 2);
  EXPECT_EQ(json_value(std::string(1000, '\x80')).size(), 250 * 6U + 3);
}

// What the process writes to stderr while `act` runs.
template <typename Act>
std::string written(Act act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesOneJsonObjectALineWhenStderrIsNoTerminal) {
  const std::string lines = written([] {
    log_configure(LogLevel::info, LogFormat::automatic);
    log_info("first", {{"v", "a\nb"}});
    log_error("second");
  });
  EXPECT_THAT(
      lines, MatchesRegex("\\{\"time\":\"20[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9]Z\",\"level\":\"info\","
                          "\"message\":\"first\",\"v\":\"a\\\\nb\"\\}\n"
                          "\\{[^\n]*\"level\":\"error\",\"message\":\"second\"\\}\n"));
}

TEST(Log, WritesTextWithoutColourWhenStderrIsNoTerminal) {
  const std::string lines = written([] {
    log_configure(LogLevel::info, LogFormat::text);
    log_warning("careful", {{"n", 1}});
  });
  EXPECT_THAT(lines, EndsWith("Z warning careful n=1\n"));
  EXPECT_THAT(lines, Not(HasSubstr("\x1b")));
}

TEST(Log, LevelsBelowTheConfiguredOneAreDropped) {
  const std::string lines = written([] {
    log_configure(LogLevel::warning, LogFormat::text);
    log_debug("debug");
    log_info("info");
    log_warning("warning");
    log_configure(LogLevel::off, LogFormat::text);
    log_error("error");
  });
  EXPECT_THAT(lines, EndsWith(" warning warning\n"));
  EXPECT_THAT(lines, Not(HasSubstr("info")));
  EXPECT_FALSE(log_enabled(LogLevel::error));
  log_configure(LogLevel::info, LogFormat::text);
}

}  // namespace
}  // namespace river
