#include "transport/trusted_proxies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::transport {
namespace {

using testing::HasSubstr;

class TrustedProxiesTest : public testing::Test {
 protected:
  // The client, as text, if the peer 10.0.0.1 sends these lines.
  std::string client(const std::vector<std::string>& lines, std::string_view peer = "10.0.0.1") {
    const TrustedProxies proxies = TrustedProxies::parse(entries_).value();
    std::vector<http::Header> headers = {{"Host", "river"}, {"X-Real-IP", "192.0.2.99"}};
    for (const std::string& line : lines) headers.push_back({"X-Forwarded-For", line});
    headers.push_back({"Forwarded", "for=192.0.2.98"});
    http::Request request;
    request.headers = headers;
    return proxies.client_of(request, net::Address::parse_host(peer).value()).host_text();
  }

  std::vector<std::string> entries_ = {"10.0.0.0/8", "2001:db8:1::/48"};
};

TEST_F(TrustedProxiesTest, BelievesAProxy) {
  EXPECT_EQ(client({"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"2001:db8::7"}), "2001:db8::7");
  EXPECT_EQ(client({"203.0.113.9"}, "2001:db8:1::1"), "203.0.113.9");
}

TEST_F(TrustedProxiesTest, BelievesNobodyElse) {
  EXPECT_EQ(client({"203.0.113.9"}, "198.51.100.1"), "198.51.100.1");
  entries_.clear();
  EXPECT_EQ(client({"203.0.113.9"}), "10.0.0.1");
}

TEST_F(TrustedProxiesTest, WhatTheClientMadeUpIsNotRead) {
  EXPECT_EQ(client({"192.0.2.1, 203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"10.0.0.5, 203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"127.0.0.1,203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"garbage,,,\x01, 203.0.113.9"}), "203.0.113.9");
}

TEST_F(TrustedProxiesTest, PassesTheProxiesOnTheWay) {
  EXPECT_EQ(client({"192.0.2.1, 203.0.113.9, 10.9.9.9, 2001:db8:1::5"}), "203.0.113.9");
}

TEST_F(TrustedProxiesTest, JoinsAllLinesInTheirOrder) {
  EXPECT_EQ(client({"192.0.2.1", "203.0.113.9", "10.0.0.2, 10.0.0.3"}), "203.0.113.9");
  EXPECT_EQ(client({"192.0.2.1", "192.0.2.2, 203.0.113.9"}), "203.0.113.9");
}

TEST_F(TrustedProxiesTest, WithoutAClientItIsThePeer) {
  EXPECT_EQ(client({}), "10.0.0.1");
  EXPECT_EQ(client({"10.0.0.2, 10.0.0.3"}), "10.0.0.1");
}

TEST_F(TrustedProxiesTest, KnowsTheWaysToWriteAnAddress) {
  EXPECT_EQ(client({"\t203.0.113.9  ,\t10.0.0.2 "}), "203.0.113.9");
  EXPECT_EQ(client({"203.0.113.9:50123"}), "203.0.113.9");
  EXPECT_EQ(client({"[2001:db8::7]"}), "2001:db8::7");
  EXPECT_EQ(client({"[2001:db8::7]:50123"}), "2001:db8::7");
  EXPECT_EQ(client({"::ffff:203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client({"203.0.113.9, ::ffff:10.0.0.2"}), "203.0.113.9");
}

// Were it passed over, the client could put itself into the place of what a proxy did not know.
TEST_F(TrustedProxiesTest, WhereTheListIsBrokenItIsThePeer) {
  for (const char* broken : {"",
                             " ",
                             "unknown",
                             "_hidden",
                             "203.0.113.9, ",
                             "203.0.113.9,, 10.0.0.2",
                             "203.0.113",
                             "203.0.113.256",
                             "203.0.113.09",
                             "203.0.113.9:",
                             "203.0.113.9:x",
                             "203.0.113.9:65536",
                             "[",
                             "]",
                             "[]",
                             "[]:80",
                             "[203.0.113.9]",
                             "[2001:db8::7",
                             "2001:db8::7]",
                             "[2001:db8::7]80",
                             "2001:db8::g",
                             "fe80::1%eth0",
                             "203.0.113.9 10.0.0.2",
                             "203.0.113.9;10.0.0.2",
                             "\"203.0.113.9\"",
                             "localhost",
                             "unix:",
                             ":",
                             "::::",
                             "\xff"}) {
    EXPECT_EQ(client({"192.0.2.1", broken}), "10.0.0.1") << broken;
    EXPECT_EQ(client({"192.0.2.1", broken, "10.0.0.2"}), "10.0.0.1") << broken;
  }
  EXPECT_EQ(client({std::string(8000, '1')}), "10.0.0.1");
  EXPECT_EQ(client({std::string(8000, ',')}), "10.0.0.1");
  EXPECT_EQ(client({std::string("203.0.113.9\0", 12)}), "10.0.0.1");
}

TEST(TrustedProxies, SaysWhichEntryIsWrong) {
  const std::vector<std::string> entries = {"10.0.0.1", "10.0.0.300"};
  EXPECT_THAT(TrustedProxies::parse(entries).error(), HasSubstr("'10.0.0.300'"));
}

}  // namespace
}  // namespace river::transport
