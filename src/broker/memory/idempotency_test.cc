#include "broker/memory/idempotency.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace river::broker {
namespace {

TEST(Idempotency, RemembersThePositionForItsAge) {
  Idempotency idempotency(milliseconds(1000), IdKeys::random());
  idempotency.remember("dogs", "a", {7, 1}, 0);
  EXPECT_EQ(idempotency.find("dogs", "a", 999), (Position{7, 1}));
  EXPECT_EQ(idempotency.find("dogs", "a", 1000), std::nullopt);
  EXPECT_EQ(idempotency.size(), 0U);
}

TEST(Idempotency, KnowsAnIdOnlyInItsChannel) {
  Idempotency idempotency(milliseconds(1000), IdKeys::random());
  idempotency.remember("dogs", "a", {7, 1}, 0);
  EXPECT_EQ(idempotency.find("cats", "a", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dog", "sa", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dogs", "", 0), std::nullopt);
}

TEST(Idempotency, KeepsTheFirstPositionOfAnIdAndItsAge) {
  Idempotency idempotency(milliseconds(1000), IdKeys::random());
  idempotency.remember("dogs", "a", {7, 1}, 0);
  idempotency.remember("dogs", "a", {7, 2}, 500);
  EXPECT_EQ(idempotency.find("dogs", "a", 999), (Position{7, 1}));
  EXPECT_EQ(idempotency.find("dogs", "a", 1000), std::nullopt);
  idempotency.remember("dogs", "a", {7, 3}, 1000);
  EXPECT_EQ(idempotency.find("dogs", "a", 1999), (Position{7, 3}));
}

TEST(Idempotency, ForgetsTheOldestOverItsLimit) {
  Idempotency idempotency(milliseconds(1000), IdKeys::random());
  for (std::size_t i = 0; i <= Idempotency::ids_max; ++i) {
    idempotency.remember("dogs", std::to_string(i), {7, i}, 0);
  }
  EXPECT_EQ(idempotency.size(), Idempotency::ids_max);
  EXPECT_EQ(idempotency.find("dogs", "0", 0), std::nullopt);
  EXPECT_EQ(idempotency.find("dogs", "1", 0), (Position{7, 1}));
}

// A publisher that repeated a request over a restart published twice.
TEST(Idempotency, IsTakenUpWithItsKeys) {
  Idempotency before(milliseconds(1000), IdKeys::random());
  before.remember("dogs", "a", {7, 1}, 0);
  before.remember("dogs", "b", {7, 2}, 500);
  before.remember("cats", "a", {8, 1}, 600);
  Idempotency after(milliseconds(1000), IdKeys::random());
  after.restore(before.keys(), before.store());
  EXPECT_EQ(after.find("dogs", "a", 999), (Position{7, 1}));
  EXPECT_EQ(after.find("dogs", "a", 1000), std::nullopt) << "its age goes on";
  EXPECT_EQ(after.find("dogs", "b", 1000), (Position{7, 2}));
  EXPECT_EQ(after.find("cats", "a", 1000), (Position{8, 1}));
  EXPECT_EQ(after.find("cats", "b", 1000), std::nullopt);
  after.remember("dogs", "c", {7, 3}, 1000);
  EXPECT_EQ(after.find("dogs", "c", 1000), (Position{7, 3}));
}

TEST(Idempotency, TakesUpTheNewestOverItsLimit) {
  std::vector<StoredId> ids(Idempotency::ids_max + 1);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = {i * 0x9e3779b97f4a7c15ULL, i, {}, 0};
  Idempotency idempotency(milliseconds(1000), IdKeys::random());
  idempotency.restore(IdKeys::random(), ids);
  const auto stored = idempotency.store();
  ASSERT_EQ(stored.size(), Idempotency::ids_max);
  EXPECT_EQ(stored.front().second, 1U);
  EXPECT_EQ(stored.back().second, Idempotency::ids_max);
}

}  // namespace
}  // namespace river::broker
