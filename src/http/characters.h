// The character classes of RFC 9110 and 9112 as tables, and comparison without regard to case.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace river::http {

class ByteSet {
 public:
  template <typename Predicate>
  explicit constexpr ByteSet(Predicate is_member) {
    for (unsigned i = 0; i < 256; ++i) members_[i] = is_member(static_cast<unsigned char>(i));
  }
  [[nodiscard]] constexpr bool contains(char byte) const {
    return members_[static_cast<unsigned char>(byte)];
  }
  [[nodiscard]] constexpr bool contains_all(std::string_view text) const {
    return std::ranges::all_of(text, [this](char byte) { return contains(byte); });
  }

 private:
  std::array<bool, 256> members_{};
};

constexpr bool is_digit(unsigned char byte) {
  return byte >= '0' && byte <= '9';
}

constexpr bool is_letter(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// tchar: methods and header names.
inline constexpr ByteSet token_bytes([](unsigned char byte) {
  return is_digit(byte) || is_letter(byte) ||
         std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(byte));
});

// Visible ASCII without `#`. RFC 3986 allows fewer, but browsers send `|`, `{` and `}` as they are.
inline constexpr ByteSet target_bytes([](unsigned char byte) {
  return byte > ' ' && byte < 0x7f && byte != '#';
});

// field-vchar, space and tab: all that a header's line may hold.
inline constexpr ByteSet line_bytes([](unsigned char byte) {
  return byte == '\t' || (byte >= ' ' && byte != 0x7f);
});

inline constexpr ByteSet digit_bytes(is_digit);

constexpr char to_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char byte) {
  if (is_digit(static_cast<unsigned char>(byte))) return byte - '0';
  const char lower = to_lower(byte);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace river::http
