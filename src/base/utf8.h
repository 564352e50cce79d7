// UTF-8 (RFC 3629): no over-long forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace river {

// Takes text in pieces, cut anywhere, and says no at the first byte that cannot be right.
class Utf8Validator {
 public:
  // False at the first bad byte; the validator is of no use after that.
  [[nodiscard]] bool feed(std::string_view text);

  // Does the text so far end with a whole character?
  [[nodiscard]] bool complete() const { return missing_ == 0; }

 private:
  [[nodiscard]] bool begin_character(std::uint8_t lead);

  std::uint8_t missing_ = 0;  // continuation bytes that the character still needs
  std::uint8_t lowest_ = 0;   // bounds of the next one, set while missing_ > 0
  std::uint8_t highest_ = 0;
};

struct Utf8Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8, or not whole
};

// The one that `text` begins with.
[[nodiscard]] Utf8Character first_character(std::string_view text);

}  // namespace river
