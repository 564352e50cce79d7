#include "net/ticket_keys.h"

#include <gtest/gtest.h>

namespace river::net {
namespace {

constexpr milliseconds day = TicketKeys::seals_for;

TimePoint at(milliseconds time) {
  return TimePoint(time);
}

TEST(TicketKeys, SealsWithOneKeyForADay) {
  TicketKeys keys(at(day));
  const TicketKey first = keys.to_seal(at(day));
  EXPECT_EQ(keys.to_seal(at(2 * day - milliseconds(1))).name, first.name);
  const TicketKey second = keys.to_seal(at(2 * day));
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
}

TEST(TicketKeys, OpensWithTheKeyOfTheDayBeforeAndNoOlderOne) {
  TicketKeys keys(at(day));
  const TicketKey first = keys.to_seal(at(day));
  const TicketKey second = keys.to_seal(at(2 * day));
  EXPECT_EQ(keys.to_open(first.name, at(2 * day)).value().mac, first.mac);
  EXPECT_EQ(keys.to_open(second.name, at(2 * day)).value().mac, second.mac);
  EXPECT_FALSE(keys.to_open(first.name, at(3 * day)).has_value());
  EXPECT_EQ(keys.to_open(second.name, at(3 * day)).value().mac, second.mac);
}

TEST(TicketKeys, AKeyThatWasIdleForLongOpensNothing) {
  TicketKeys keys(at(day));
  const TicketKey first = keys.to_seal(at(day));
  EXPECT_FALSE(keys.to_open(first.name, at(3 * day)).has_value());
}

TEST(TicketKeys, DoesNotKnowOthersKeys) {
  TicketKeys keys(at(day));
  TicketKeys other(at(day));
  EXPECT_FALSE(keys.to_open(other.to_seal(at(day)).name, at(day)).has_value());
}

}  // namespace
}  // namespace river::net
