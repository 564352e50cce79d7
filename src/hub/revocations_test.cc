#include "hub/revocations.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Revocations, RefuseTokensIssuedUpToTheMomentAndTakeLaterOnes) {
  Revocations revocations;
  revocations.add("ann", 1000);
  EXPECT_TRUE(revocations.refuses("ann", 999));
  EXPECT_TRUE(revocations.refuses("ann", 1000));
  EXPECT_FALSE(revocations.refuses("ann", 1001));
  EXPECT_FALSE(revocations.refuses("bob", 999));
}

TEST(Revocations, RefuseATokenThatDoesNotSayWhenItWasIssued) {
  Revocations revocations;
  revocations.add("ann", 1000);
  EXPECT_TRUE(revocations.refuses("ann", std::nullopt));
  EXPECT_FALSE(revocations.refuses("bob", std::nullopt));
}

TEST(Revocations, NeverConcernWhoIsAnonymous) {
  Revocations revocations;
  revocations.add("", 1000);
  EXPECT_FALSE(revocations.refuses("", std::nullopt));
}

TEST(Revocations, TheLaterOfTwoCountsInWhateverOrderTheyCome) {
  Revocations revocations;
  revocations.add("ann", 2000);
  revocations.add("ann", 1000);
  EXPECT_TRUE(revocations.refuses("ann", 2000));
  EXPECT_FALSE(revocations.refuses("ann", 2001));
}

TEST(Revocations, AreForgottenExactlyAtTheirAge) {
  Revocations revocations;
  revocations.set_age_max(seconds(100));
  revocations.add("ann", 1000);
  revocations.forget_old(1099);
  EXPECT_TRUE(revocations.refuses("ann", 1000));
  revocations.forget_old(1100);
  EXPECT_FALSE(revocations.refuses("ann", 1000));
  EXPECT_THAT(revocations.all(), IsEmpty());
}

TEST(Revocations, ARenewedOneOutlivesTheFirst) {
  Revocations revocations;
  revocations.set_age_max(seconds(100));
  revocations.add("ann", 1000);
  revocations.add("ann", 1050);
  revocations.forget_old(1100);
  EXPECT_TRUE(revocations.refuses("ann", 1050));
  revocations.forget_old(1150);
  EXPECT_FALSE(revocations.refuses("ann", 1050));
}

// After a restart, whose file has them in any order, old ones stayed behind a young one.
TEST(Revocations, AreForgottenInWhateverOrderTheyCame) {
  Revocations revocations;
  revocations.set_age_max(seconds(100));
  revocations.add("ann", 1050);
  revocations.add("bob", 1000);
  revocations.forget_old(1100);
  EXPECT_THAT(revocations.all(), ElementsAre(Pair("ann", 1050)));
}

TEST(Revocations, OfAllUsersCanBeKeptElsewhereOldestFirst) {
  Revocations revocations;
  revocations.add("ann", 2000);
  revocations.add("bob", 1000);
  revocations.add("cleo", 3000);
  revocations.add("bob", 2500);
  EXPECT_THAT(revocations.all(),
              ElementsAre(Pair("ann", 2000), Pair("bob", 2500), Pair("cleo", 3000)));
}

TEST(Revocations, TheOldestGoesFirstOverTheLimitInWhateverOrderTheyCame) {
  Revocations revocations;
  for (std::size_t i = 1; i <= Revocations::users_max; ++i) {
    revocations.add(std::to_string(i), 1000);
  }
  revocations.add("older", 999);
  EXPECT_FALSE(revocations.refuses("older", 999));
  revocations.add("younger", 1001);
  EXPECT_TRUE(revocations.refuses("younger", 1001));
  EXPECT_FALSE(revocations.refuses("1", 1000));
}

// Who was revoked often enough made all others valid again.
TEST(Revocations, ManyOfOneUserPushNobodyOut) {
  Revocations revocations;
  revocations.add("ann", 1000);
  for (std::size_t i = 0; i <= Revocations::users_max; ++i) {
    revocations.add("bob", 1000 + static_cast<UnixSeconds>(i));
  }
  EXPECT_TRUE(revocations.refuses("ann", 1000));
}

TEST(Revocations, TheOldestGoesFirstOverTheLimit) {
  Revocations revocations;
  for (std::size_t i = 0; i <= Revocations::users_max; ++i) {
    revocations.add(std::to_string(i), 1000);
  }
  EXPECT_FALSE(revocations.refuses("0", 1000));
  EXPECT_TRUE(revocations.refuses("1", 1000));
  EXPECT_EQ(revocations.all().size(), Revocations::users_max);
}

}  // namespace
}  // namespace river::hub
