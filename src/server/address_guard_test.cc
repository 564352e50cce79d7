#include "server/address_guard.h"

#include <gtest/gtest.h>

namespace river::server {
namespace {

TimePoint at(int time) {
  return TimePoint(milliseconds(time));
}

TEST(AddressGuard, AdmitsAsManyConnectionsAsAllowed) {
  AddressGuard guard({2, {0, 0}});
  EXPECT_TRUE(guard.admit(7, at(0)));
  EXPECT_TRUE(guard.admit(7, at(0)));
  EXPECT_FALSE(guard.admit(7, at(0)));
  EXPECT_TRUE(guard.admit(8, at(0))) << "another address has its own limit";
  guard.release(7);
  EXPECT_TRUE(guard.admit(7, at(0)));
}

TEST(AddressGuard, LimitsTheRateOfNewConnections) {
  AddressGuard guard({0, {10, 2}});
  EXPECT_TRUE(guard.admit(7, at(1000)));
  EXPECT_TRUE(guard.admit(7, at(1000)));
  EXPECT_FALSE(guard.admit(7, at(1050)));
  EXPECT_TRUE(guard.admit(7, at(1100)));
}

TEST(AddressGuard, ChargesForWrongTokens) {
  AddressGuard guard({0, {1, 20}});
  EXPECT_TRUE(guard.admit(7, at(0)));
  guard.note_bad_token(7, at(0));
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(guard.admit(7, at(0)));
  EXPECT_FALSE(guard.admit(7, at(0)));
}

// With less left than a wrong token costs, it cost nothing: so it never did with a small burst.
TEST(AddressGuard, AWrongTokenTakesWhatIsLeft) {
  AddressGuard guard({0, {1, 5}});
  EXPECT_TRUE(guard.admit(7, at(0)));
  guard.note_bad_token(7, at(0));
  EXPECT_FALSE(guard.admit(7, at(0)));
  EXPECT_TRUE(guard.admit(7, at(1000)));
}

TEST(AddressGuard, ExemptsLoopback) {
  AddressGuard guard({1, {1, 1}});
  const std::uint64_t key = AddressGuard::key_of(*net::Address::parse("127.0.0.1:1"));
  EXPECT_EQ(key, AddressGuard::exempt_key);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(guard.admit(key, at(0)));
  EXPECT_NE(AddressGuard::key_of(*net::Address::parse("192.0.2.1:1")), AddressGuard::exempt_key);
}

TEST(AddressGuard, ForgetsAddressesThatAreGone) {
  AddressGuard guard({0, {10, 20}});
  EXPECT_TRUE(guard.admit(7, at(0)));
  EXPECT_TRUE(guard.admit(8, at(0)));
  guard.release(7);
  guard.sweep(at(1000));
  EXPECT_EQ(guard.size(), 2U) << "its burst is not earned back yet";
  guard.sweep(at(60'000));
  EXPECT_EQ(guard.size(), 1U);
}

}  // namespace
}  // namespace river::server
