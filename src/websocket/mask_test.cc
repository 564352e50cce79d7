#include "websocket/mask.h"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

constexpr MaskKey key = {'\x37', '\xfa', '\x21', '\x3d'};

std::string masked_slowly(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ key[i % 4]);
  return text;
}

std::string some_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + 1);
  return text;
}

TEST(Mask, MatchesTheExampleOfTheRfc) {
  std::string text = "\x7f\x9f\x4d\x51\x58";  // RFC 6455 §5.7
  Mask(key).apply(text);
  EXPECT_EQ(text, "Hello");
}

TEST(Mask, MatchesTheDefinitionAtEveryLength) {
  for (std::size_t size = 0; size <= 100; ++size) {
    std::string text = some_text(size);
    Mask(key).apply(text);
    ASSERT_EQ(text, masked_slowly(some_text(size))) << size;
  }
}

TEST(Mask, KeepsItsPlaceBetweenPieces) {
  const std::string expected = masked_slowly(some_text(40));
  for (std::size_t first = 0; first <= 40; ++first) {
    for (std::size_t second = first; second <= 40; ++second) {
      std::string text = some_text(40);
      const std::span<char> all(text);
      Mask mask(key);
      mask.apply(all.first(first));
      mask.apply(all.subspan(first, second - first));
      mask.apply(all.subspan(second));
      ASSERT_EQ(text, expected) << first << " " << second;
    }
  }
}

}  // namespace
}  // namespace river::websocket
