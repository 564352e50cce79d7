#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace river {
namespace {

// Reference values of SipHash-1-3 with key 00 01 … 0f and input 00 01 … (n-1).
TEST(SipHash, MatchesTheReferenceVectors) {
  const HashKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  EXPECT_EQ(siphash("", key), 0xabac0158050fc4dcULL);
  std::string input;
  for (char i = 0; i < 7; ++i) input += i;
  EXPECT_EQ(siphash(input, key), 0xd320d86d2a519956ULL);
  input += '\x07';
  EXPECT_EQ(siphash(input, key), 0xcc4fdd1a7d908b66ULL);
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
