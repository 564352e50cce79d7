#include "net/address_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

bool contains(std::string_view range, std::string_view address) {
  return AddressRange::parse(range).value().contains(Address::parse_host(address).value());
}

TEST(AddressRange, AnAddressIsItselfAlone) {
  EXPECT_TRUE(contains("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(contains("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(contains("::1", "::1"));
  EXPECT_FALSE(contains("::1", "::2"));
  EXPECT_TRUE(AddressRange::parse("10.0.0.1")->contains(Address::parse("10.0.0.1:80").value()));
}

TEST(AddressRange, HasAllThatBeginWithItsBits) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(contains("192.0.2.6/31", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.6/31", "192.0.2.5"));
  EXPECT_TRUE(contains("192.0.2.6/32", "192.0.2.6"));
  EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::"));
  EXPECT_TRUE(contains("2001:db8:8000::/33", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8:8000::/33", "2001:db8:7fff::1"));
}

TEST(AddressRange, OfOneFamilyHasNoneOfTheOther) {
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "203.0.113.1"));
}

TEST(AddressRange, TakesIpv4AsIpv6WritesIt) {
  EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST(AddressRange, RefusesWhatIsNoRangeAndSaysWhatIs) {
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ",
                           " 10.0.0.0/8", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/0x8", "::/129",
                           "[::1]", "10.0.0.1:80", "localhost", "2001:db8::/", "fe80::1%lo"}) {
    const auto range = AddressRange::parse(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_THAT(range.error(), AllOf(HasSubstr(text), HasSubstr("write 10.0.0.1"))) << text;
  }
}

TEST(AddressRange, RefusesBitsThatWouldNotCount) {
  EXPECT_THAT(AddressRange::parse("10.0.0.1/8").error(), HasSubstr("write 10.0.0.0/8"));
  EXPECT_THAT(AddressRange::parse("2001:db8::1/64").error(), HasSubstr("write 2001:db8::/64"));
  // It said 10.0.0.0/104, which is none.
  EXPECT_THAT(AddressRange::parse("::ffff:10.0.0.1/104").error(), HasSubstr("write 10.0.0.0/8"));
}

}  // namespace
}  // namespace river::net
