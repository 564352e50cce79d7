#include "broker/memory/idempotency.h"

#include <string>

#include <gtest/gtest.h>

namespace river::broker {
namespace {

TEST(Idempotency, RemembersThePositionForItsAge) {
  Idempotency idempotency(milliseconds(1000));
  idempotency.remember("dogs", "a", {7, 1}, 0);
  EXPECT_EQ(idempotency.find("dogs", "a", 999), (Position{7, 1}));
  EXPECT_EQ(idempotency.find("dogs", "a", 1000), std::nullopt);
  EXPECT_EQ(idempotency.size(), 0U);
}

TEST(Idempotency, KnowsAnIdOnlyInItsChannel) {
  Idempotency idempotency(milliseconds(1000));
  idempotency.remember("dogs", "a", {7, 1}, 0);
  EXPECT_EQ(idempotency.find("cats", "a", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dog", "sa", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dogs", "", 0), std::nullopt);
}

TEST(Idempotency, KeepsTheFirstPositionOfAnIdAndItsAge) {
  Idempotency idempotency(milliseconds(1000));
  idempotency.remember("dogs", "a", {7, 1}, 0);
  idempotency.remember("dogs", "a", {7, 2}, 500);
  EXPECT_EQ(idempotency.find("dogs", "a", 999), (Position{7, 1}));
  EXPECT_EQ(idempotency.find("dogs", "a", 1000), std::nullopt);
  idempotency.remember("dogs", "a", {7, 3}, 1000);
  EXPECT_EQ(idempotency.find("dogs", "a", 1999), (Position{7, 3}));
}

TEST(Idempotency, ForgetsTheOldestOverItsLimit) {
  Idempotency idempotency(milliseconds(1000));
  for (std::size_t i = 0; i <= Idempotency::ids_max; ++i) {
    idempotency.remember("dogs", std::to_string(i), {7, i}, 0);
  }
  EXPECT_EQ(idempotency.size(), Idempotency::ids_max);
  EXPECT_EQ(idempotency.find("dogs", "0", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dogs", "1", 0), (Position{7, 1}));
}

}  // namespace
}  // namespace river::broker
