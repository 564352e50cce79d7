#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace river {
namespace {

// The same values as CPython's SipHash-1-3 gives with its key set to zero (PYTHONHASHSEED=0); the
// first is the reference vector for the key 00 01 … 0f.
TEST(SipHash, MatchesIndependentImplementations) {
  EXPECT_EQ(siphash("", {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}), 0xabac0158050fc4dcULL);
  EXPECT_EQ(siphash("abcdefg", {0, 0}), 0x6db12aae9070f506ULL);
  EXPECT_EQ(siphash("abcdefgh", {0, 0}), 0x3f7b849c0b8e35eaULL);
  EXPECT_EQ(siphash("The quick brown fox jumps", {0, 0}), 0x9e719c78716a132bULL);
}

TEST(SipHash, DependsOnTheKey) {
  EXPECT_NE(siphash("dogs", {1, 2}), siphash("dogs", {1, 3}));
}

TEST(ProcessHashKey, IsTheSameAtEveryCall) {
  EXPECT_EQ(process_hash_key().first, process_hash_key().first);
  EXPECT_EQ(SeededHash()("dogs"), SeededHash()("dogs"));
}

TEST(RandomHex, GivesTwoCharactersAByte) {
  EXPECT_EQ(random_hex(16).size(), 32U);
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_EQ(random_hex(16).find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace river
