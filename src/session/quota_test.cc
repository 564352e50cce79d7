#include "session/quota.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace river::session {
namespace {

TEST(Quota, GivesAsManyAsThereMayBe) {
  Quota quota;
  EXPECT_TRUE(quota.take(7, 2));
  EXPECT_TRUE(quota.take(7, 2));
  EXPECT_FALSE(quota.take(7, 2));
  EXPECT_EQ(quota.taken(7), 2U);
}

TEST(Quota, CountsEachKeyByItself) {
  Quota quota;
  EXPECT_TRUE(quota.take(1, 1));
  EXPECT_TRUE(quota.take(17, 1));  // of the same shard
  EXPECT_FALSE(quota.take(1, 1));
  EXPECT_EQ(quota.taken(2), 0U);
}

TEST(Quota, TakesBackAndGivesAgain) {
  Quota quota;
  EXPECT_TRUE(quota.take(7, 1));
  quota.give_back(7);
  EXPECT_EQ(quota.taken(7), 0U);
  EXPECT_TRUE(quota.take(7, 1));
}

TEST(Quota, WhatWasNeverTakenCannotBeGivenBack) {
  Quota quota;
  quota.give_back(7);
  EXPECT_EQ(quota.taken(7), 0U);
  EXPECT_TRUE(quota.take(7, 1));
  EXPECT_FALSE(quota.take(7, 1));
}

TEST(Quota, ALimitOfNoneGivesNone) {
  Quota quota;
  EXPECT_FALSE(quota.take(7, 0));
  EXPECT_EQ(quota.taken(7), 0U);
}

TEST(Quota, HoldsAcrossThreads) {
  Quota quota;
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) {
          if (quota.take(7, 100)) ++taken;
        }
      });
    }
  }
  EXPECT_EQ(taken, 100);
  EXPECT_EQ(quota.taken(7), 100U);
}

}  // namespace
}  // namespace river::session
