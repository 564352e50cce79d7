#include "server/setting_value.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(SettingValue, DurationsHaveUnitsAndAreSecondsWithoutOne) {
  EXPECT_EQ(parse_duration("15"), seconds(15));
  EXPECT_EQ(parse_duration("15s"), seconds(15));
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("5m"), std::chrono::minutes(5));
  EXPECT_EQ(parse_duration("1h"), std::chrono::hours(1));
  EXPECT_EQ(parse_duration("30d"), std::chrono::days(30));
  EXPECT_EQ(parse_duration("0"), milliseconds(0));
}

TEST(SettingValue, OtherDurationsAreRefused) {
  for (const std::string_view text : {"", "s", "-1s", "+1s", "1.5s", "1 s", "1h30m", "15S", "1w",
                                      "0x10", "9223372036854775807d", "99999999999999999999"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(SettingValue, SizesHaveBinaryUnitsAndAreBytesWithoutOne) {
  EXPECT_EQ(parse_size("65536"), 65536);
  EXPECT_EQ(parse_size("100B"), 100);
  EXPECT_EQ(parse_size("64KiB"), 65536);
  EXPECT_EQ(parse_size("1MiB"), 1048576);
  EXPECT_EQ(parse_size("2GiB"), 2147483648);
  // KB is 1,000 for some and 1,024 for others.
  for (const std::string_view text : {"", "KiB", "64KB", "64k", "-1", "1.5MiB", "8589934592GiB"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(SettingValue, AddressesNeedHostAndPort) {
  EXPECT_EQ(parse_address("127.0.0.1:8080"), (ListenAddress{"127.0.0.1", 8080}));
  EXPECT_EQ(parse_address("[::1]:80"), (ListenAddress{"::1", 80}));
  EXPECT_EQ(parse_address("[0:0::1]:80"), (ListenAddress{"::1", 80})) << "which is loopback";
  EXPECT_EQ(parse_address("localhost:0"), (ListenAddress{"localhost", 0}));
  EXPECT_EQ(to_string(ListenAddress{"::1", 80}), "[::1]:80");
  for (const std::string_view text :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "a:65536", "::1:80", "[::1]", "[]:80",
        "a b:80", "a:80x", "[a:80", "[a]:80", "[127.0.0.1]:80"}) {
    EXPECT_EQ(parse_address(text), std::nullopt) << text;
  }
}

TEST(SettingValue, LoopbackIsWhatOnlyThisMachineReaches) {
  EXPECT_TRUE(is_loopback({"127.0.0.1", 1}));
  EXPECT_TRUE(is_loopback({"127.1.2.3", 1}));
  EXPECT_TRUE(is_loopback({"::1", 1}));
  EXPECT_TRUE(is_loopback({"localhost", 1}));
  EXPECT_FALSE(is_loopback({"0.0.0.0", 1}));
  EXPECT_FALSE(is_loopback({"::", 1}));
  EXPECT_FALSE(is_loopback({"128.0.0.1", 1}));
}

// The error of a value that must not fit.
template <typename T>
std::string refusal(const RawValue& raw, Range range = {}) {
  T value{};
  const ReadResult read = read_value(raw, range, value);
  return read ? "accepted" : read.error();
}

TEST(SettingValue, ErrorsSayWhatWasExpectedAndTheRange) {
  EXPECT_EQ(refusal<bool>(PlainText{"yes"}), "true or false");
  EXPECT_EQ(refusal<std::uint32_t>(PlainText{"abc"}), "a whole number");
  EXPECT_EQ(refusal<std::uint32_t>(std::int64_t{0}, {1, 9}), "a whole number from 1 to 9");
  EXPECT_EQ(refusal<std::size_t>(PlainText{"1KiB"}, {2048}),
            "a size of 2KiB or more, such as 65536, 64KiB or 1MiB");
  EXPECT_EQ(refusal<milliseconds>(PlainText{"1d"}, {0, 60'000}),
            "a duration up to 1m, such as 15 (seconds), 500ms, 5m, 1h or 30d");
  EXPECT_EQ(refusal<seconds>(PlainText{"1500ms"}), "a duration of whole seconds");
  EXPECT_EQ(refusal<LogLevel>(PlainText{"loud"}), "one of debug, info, warning, error, off");
  EXPECT_EQ(refusal<std::string>(std::int64_t{1}), "a text");
  EXPECT_EQ(refusal<std::vector<std::string>>(true), "a list of texts");
}

TEST(SettingValue, FilesAreTakenByTheirTypes) {
  EXPECT_EQ(refusal<bool>(std::string("true")), "true or false");
  EXPECT_NE(refusal<std::uint32_t>(std::string("100")), "accepted");
  EXPECT_NE(refusal<std::uint32_t>(std::int64_t{-1}), "accepted");
  EXPECT_NE(refusal<milliseconds>(std::numeric_limits<std::int64_t>::max()), "accepted");
  EXPECT_EQ(refusal<bool>(true), "accepted");
  EXPECT_EQ(refusal<std::size_t>(std::string("64KiB")), "accepted");
  EXPECT_EQ(refusal<std::size_t>(std::int64_t{65536}), "accepted");
}

TEST(SettingValue, ListsAreSplitAtCommasOutsideOfFiles) {
  std::vector<std::string> list;
  ASSERT_TRUE(read_value(PlainText{"a, b,,c "}, {}, list));
  EXPECT_EQ(list, (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_TRUE(read_value(std::string("a,b"), {}, list));
  EXPECT_EQ(list, (std::vector<std::string>{"a,b"}));
  ASSERT_TRUE(read_value(PlainText{""}, {}, list));
  EXPECT_TRUE(list.empty());
}

TEST(SettingValue, OriginsAreWrittenAsBrowsersSendThem) {
  http::OriginList origins;
  EXPECT_EQ(show_value(origins), "*");
  constexpr const char* right =
      "*,https://a.example,http://localhost:3000,https://[::1]:8443,https://*.a.example";
  ASSERT_TRUE(read_value(PlainText{right}, {}, origins));
  EXPECT_TRUE(origins.allows_any());
  EXPECT_EQ(show_value(origins), right);
  for (const char* wrong :
       {"a.example", "https://a.example/", "https://a.*.example", "https://", "://a"}) {
    EXPECT_THAT(refusal<http::OriginList>(std::vector<std::string>{"https://a.example", wrong}),
                StartsWith(fmt::format("a list of origins (`{}` is not an origin", wrong)));
  }
  EXPECT_EQ(refusal<http::OriginList>(true), "a list of texts");
}

TEST(SettingValue, TrustedProxiesAreAddressesOrRanges) {
  transport::TrustedProxies proxies;
  EXPECT_EQ(show_value(proxies), "");
  constexpr const char* right = "10.0.0.5,10.0.0.0/8,::1,2001:db8::/32";
  ASSERT_TRUE(read_value(PlainText{right}, {}, proxies));
  EXPECT_TRUE(proxies.contains(net::Address::parse_host("10.1.2.3").value()));
  EXPECT_EQ(show_value(proxies), right);
  const auto error = [](const std::string& wrong) {
    return refusal<transport::TrustedProxies>(std::vector<std::string>{"10.0.0.1", wrong});
  };
  EXPECT_THAT(error("proxy.example"),
              StartsWith("a list of addresses and ranges ('proxy.example'"));
  EXPECT_THAT(error("10.0.0.5/8"), HasSubstr("write 10.0.0.0/8"));
  EXPECT_THAT(error("10.0.0.5:80"), HasSubstr("'10.0.0.5:80'"));
}

TEST(SettingValue, WhatIsShownCanBeReadAgain) {
  EXPECT_EQ(show_value(milliseconds(1500)), "1500ms");
  EXPECT_EQ(show_value(seconds(75)), "75s");
  EXPECT_EQ(show_value(seconds(120)), "2m");
  EXPECT_EQ(show_value(seconds(0)), "0s");
  EXPECT_EQ(show_value(std::size_t{65536}), "64KiB");
  EXPECT_EQ(show_value(std::size_t{1000}), "1000B");
  EXPECT_EQ(show_value(std::size_t{0}), "0B");
  EXPECT_EQ(show_value(net::SendBatchKind::automatic), "auto");
  EXPECT_EQ(parse_duration(show_value(milliseconds(1500))), milliseconds(1500));
  EXPECT_EQ(parse_size(show_value(std::size_t{1000})), 1000);
}

}  // namespace
}  // namespace river::server
