#include "http/origin.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::http {
namespace {

OriginList list_of(const std::vector<std::string>& entries) {
  auto list = OriginList::parse(entries);
  EXPECT_TRUE(list.has_value()) << list.error();
  return *list;
}

TEST(OriginList, AllowsWhatIsEqualInSchemeHostAndPort) {
  const OriginList list = list_of({"https://example.com", "http://localhost:3000", "app://river"});
  EXPECT_TRUE(list.allows("https://example.com"));
  EXPECT_TRUE(list.allows("https://example.com:443"));
  EXPECT_TRUE(list.allows("HTTPS://Example.COM"));
  EXPECT_TRUE(list.allows("http://localhost:3000"));
  EXPECT_TRUE(list.allows("app://river"));
  EXPECT_FALSE(list.allows_any());
}

TEST(OriginList, RefusesEverythingNearIt) {  // A15
  const OriginList list = list_of({"https://example.com"});
  for (const std::string_view origin : {"https://evil.com",
                                        "null",
                                        "",
                                        "https://example.com.evil.com",
                                        "https://evilexample.com",
                                        "https://example.co",
                                        "https://sub.example.com",
                                        "http://example.com",
                                        "http://example.com:443",
                                        "https://example.com:8443",
                                        "https://example.com:80",
                                        "https://example.com:0443",
                                        "https://example.com:",
                                        "https://user@example.com",
                                        "https://example.com@evil.com",
                                        "https://user:pass@example.com",
                                        "https://example.com, https://evil.com",
                                        "https://evil.com, https://example.com",
                                        "https://example.com https://example.com",
                                        "https://example.com/",
                                        "https://example.com/path",
                                        "https://example.com?x",
                                        "https://example.com#x",
                                        "https://example.com.",
                                        "https://.example.com",
                                        "example.com",
                                        "//example.com",
                                        "://example.com",
                                        "https:/example.com",
                                        "https:example.com",
                                        "https://example.com\\.evil.com",
                                        "https://*",
                                        "*",
                                        " https://example.com",
                                        "https://example.com\xc3\xa9",
                                        "https://[::1]"}) {
    EXPECT_FALSE(list.allows(origin)) << origin;
  }
}

TEST(OriginList, AStarBeforeADotStandsForSubdomainsOnly) {
  const OriginList list = list_of({"https://*.example.com"});
  EXPECT_TRUE(list.allows("https://a.example.com"));
  EXPECT_TRUE(list.allows("https://a.b.example.com:443"));
  EXPECT_TRUE(list.allows("https://A.EXAMPLE.com"));
  for (const std::string_view origin :
       {"https://example.com", "https://anyexample.com", "https://any-example.com",
        "http://a.example.com", "https://a.example.com:8443", "https://a.example.com.evil.com",
        "https://.example.com", "https://a..example.com", "https://evil.com/.example.com",
        "https://evil.com#.example.com", "https://u@a.example.com"}) {
    EXPECT_FALSE(list.allows(origin)) << origin;
  }
}

TEST(OriginList, ComparesAddressesAndPorts) {
  const OriginList list = list_of({"http://[::1]:8080", "http://127.0.0.1:80"});
  EXPECT_TRUE(list.allows("http://[::1]:8080"));
  EXPECT_TRUE(list.allows("http://127.0.0.1"));
  EXPECT_FALSE(list.allows("http://[::1]"));
  EXPECT_FALSE(list.allows("http://[::2]:8080"));
}

TEST(OriginList, AllowsAnyByDefaultAndByAStar) {
  for (const OriginList& list : {OriginList(), list_of({"https://a.com", "*"})}) {
    EXPECT_TRUE(list.allows_any());
    EXPECT_TRUE(list.allows("https://evil.com"));
    EXPECT_TRUE(list.allows("null"));
  }
}

TEST(OriginList, SaysWhichEntryIsWrong) {
  for (const std::string entry :
       {"", "example.com", "null", "https://", "https://example.com/", "https://example.com/path",
        "https://exa*mple.com", "https://*", "https://*.", "https://*.*.example.com",
        "*.example.com", "https://*example.com", "https://*.[::1]", "https://example.com:99999",
        "https://*:443"}) {
    const auto list = OriginList::parse({{"https://right.com", entry}});
    ASSERT_FALSE(list.has_value()) << entry;
    EXPECT_THAT(list.error(), ::testing::HasSubstr("`" + entry + "`"));
  }
}

TEST(OriginList, JudgesTheOriginHeaderOfARequest) {
  const OriginList list = list_of({"https://example.com"});
  const auto allowed = [&list](const std::vector<Header>& headers) {
    Request request;
    request.headers = headers;
    return list.allows(request);
  };
  EXPECT_TRUE(allowed({}));
  EXPECT_TRUE(allowed({{"origin", "https://example.com"}}));
  EXPECT_FALSE(allowed({{"Origin", "https://evil.com"}}));
  EXPECT_FALSE(allowed({{"Origin", ""}}));
  EXPECT_FALSE(allowed({{"Origin", "https://example.com"}, {"origin", "https://example.com"}}));
  EXPECT_TRUE(OriginList().allows(Request{}));
}

TEST(OriginList, WithoutEntriesAllowsNoPage) {
  const OriginList list = list_of({});
  EXPECT_FALSE(list.allows("https://example.com"));
  EXPECT_TRUE(list.allows(Request{}));
}

}  // namespace
}  // namespace river::http
