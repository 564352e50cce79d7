#include "net/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace river::net {
namespace {

using testing::HasSubstr;

Address address(std::string_view text) {
  return Address::parse(text).value();
}

TEST(Address, ReadsAndWritesTheSameText) {
  for (const char* text : {"127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:8080",
                           "[::]:80", "[2001:db8::7]:443"}) {
    EXPECT_EQ(address(text).text(), text);
  }
}

TEST(Address, WritesTheHostAlone) {
  EXPECT_EQ(address("10.0.0.1:80").host_text(), "10.0.0.1");
  EXPECT_EQ(address("[2001:db8::7]:80").host_text(), "2001:db8::7");
}

TEST(Address, RefusesWhatIsNotAnAddress) {
  for (const char* text : {"",
                           ":",
                           ":8080",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:http",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:+1",
                           "127.0.0.1: 1",
                           "127.0.0.1:80 ",
                           "127.0.0:80",
                           "1.2.3.4.5:80",
                           "127.0.0.256:80",
                           "localhost:80",
                           "::1:80",
                           "[::1]",
                           "[::1]80",
                           "[]:80",
                           "[:80",
                           "]:80",
                           "[::1:80",
                           "[127.0.0.1]:80",
                           "[::g]:80",
                           "[fe80::1%lo]:80"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0:80", 13)));
}

TEST(Address, ReadsAHostAsItStandsBeforeAPort) {
  const auto host = [](std::string_view text) {
    const auto read = Address::parse_url_host(text);
    return read ? read->host_text() : "none";
  };
  EXPECT_EQ(host("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host("[2001:db8::7]"), "2001:db8::7");
  for (const char* text : {"", "[", "]", "[]", "::1", "[::1", "::1]", "[[::1]]", "[127.0.0.1]",
                           "[::g]", "[::1]:80", "127.0.0.1:80", "localhost"}) {
    EXPECT_EQ(host(text), "none") << text;
  }
}

TEST(Address, SaysWhatIsWrongAndWhatIsRight) {
  EXPECT_THAT(Address::parse("localhost:80").error(),
              testing::AllOf(HasSubstr("'localhost:80'"), HasSubstr("names are not looked up"),
                             HasSubstr("127.0.0.1:8080")));
  EXPECT_THAT(Address::parse("127.0.0.1").error(), HasSubstr("no port"));
  EXPECT_THAT(Address::parse("::1:80").error(), HasSubstr("IPv6 needs brackets"));
  EXPECT_THAT(Address::parse("[1.2.3.4]:80").error(), HasSubstr("in brackets is not IPv6"));
  EXPECT_THAT(Address::parse("1.2.3.4:99999").error(), HasSubstr("65535"));
}

TEST(Address, SurvivesTheWayThroughSystemCalls) {
  for (const char* text : {"127.0.0.1:8080", "[::1]:8080", "[2001:db8::7]:443"}) {
    const SocketAddress raw = address(text).socket_address();
    EXPECT_EQ(Address::from(raw.storage), address(text));
  }
  EXPECT_EQ(address("127.0.0.1:1").socket_address().storage.ss_family, AF_INET);
  EXPECT_EQ(address("127.0.0.1:1").socket_address().size, sizeof(sockaddr_in));
  EXPECT_EQ(address("[::1]:1").socket_address().storage.ss_family, AF_INET6);
  EXPECT_EQ(address("[::1]:1").socket_address().size, sizeof(sockaddr_in6));
}

TEST(Address, KnowsOnlyTheInternetFamilies) {
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(Address::from(storage), std::nullopt);
}

TEST(Address, AnIpv4ClientIsTheSameThroughAnIpv6Listener) {
  EXPECT_EQ(address("[::ffff:10.0.0.1]:80"), address("10.0.0.1:80"));
  EXPECT_EQ(address("[::ffff:10.0.0.1]:80").text(), "10.0.0.1:80");
}

TEST(Address, KnowsLoopback) {
  EXPECT_TRUE(address("127.0.0.1:1").is_loopback());
  EXPECT_TRUE(address("127.8.9.10:1").is_loopback());
  EXPECT_TRUE(address("[::1]:1").is_loopback());
  EXPECT_TRUE(address("[::ffff:127.0.0.1]:1").is_loopback());
  EXPECT_FALSE(address("0.0.0.0:1").is_loopback());
  EXPECT_FALSE(address("128.0.0.1:1").is_loopback());
  EXPECT_FALSE(address("[::]:1").is_loopback());
  EXPECT_FALSE(address("[::2]:1").is_loopback());
}

TEST(Address, LimitsAnIpv4AddressByItselfWhateverItsPort) {
  EXPECT_EQ(address("10.0.0.1:1").limit_key(), address("10.0.0.1:2").limit_key());
  EXPECT_NE(address("10.0.0.1:1").limit_key(), address("10.0.0.2:1").limit_key());
}

TEST(Address, LimitsAnIpv6NetworkOf64BitsAsOne) {
  const auto key = address("[2001:db8:1:2::1]:1").limit_key();
  EXPECT_EQ(key, address("[2001:db8:1:2:ffff:ffff:ffff:ffff]:9").limit_key());
  EXPECT_NE(key, address("[2001:db8:1:3::1]:1").limit_key());
  EXPECT_NE(address("[::1]:1").limit_key(), address("0.0.0.0:1").limit_key());
}

}  // namespace
}  // namespace river::net
