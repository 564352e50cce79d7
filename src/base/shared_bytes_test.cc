#include "base/shared_bytes.h"

#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace river {
namespace {

TEST(SharedBytes, IsEmptyByDefault) {
  const SharedBytes bytes;
  EXPECT_TRUE(bytes.empty());
  EXPECT_FALSE(bytes);
  EXPECT_EQ(bytes.view(), "");
}

TEST(SharedBytes, HoldsACopyOfWhatItWasGiven) {
  std::string text = "a publication";
  const SharedBytes bytes(text);
  text.assign(text.size(), 'x');
  EXPECT_EQ(bytes.view(), "a publication");
}

TEST(SharedBytes, CopiesShareTheSameBytes) {
  const SharedBytes first("abc");
  const SharedBytes second = first;
  EXPECT_EQ(first.view().data(), second.view().data());
}

TEST(SharedBytes, MoveLeavesTheSourceEmpty) {
  SharedBytes first("abc");
  const SharedBytes second = std::move(first);
  EXPECT_EQ(second.view(), "abc");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
}

TEST(SharedBytes, MakeFillsInPlace) {
  const auto bytes =
      SharedBytes::make(3, [](std::span<char> out) { std::memcpy(out.data(), "xyz", 3); });
  EXPECT_EQ(bytes.view(), "xyz");
}

TEST(SharedBytes, SurvivesHandlesThatComeAndGoOnTwoThreads) {
  const SharedBytes bytes("shared between loops");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([copy = bytes] {
      for (int round = 0; round < 10'000; ++round) {
        const SharedBytes again = copy;
        ASSERT_EQ(again.size(), 20U);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(bytes.view(), "shared between loops");
}

}  // namespace
}  // namespace river
