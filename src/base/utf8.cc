#include "base/utf8.h"

#include <algorithm>
#include <cstring>

namespace river {
namespace {

constexpr std::uint8_t continuation_lowest = 0x80;
constexpr std::uint8_t continuation_highest = 0xbf;

// The first byte that is not ASCII, eight at a time: most text has none.
const char* skip_ascii(const char* at, const char* end) {
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
    at += 8;
  }
  while (at != end && static_cast<std::uint8_t>(*at) < 0x80) ++at;
  return at;
}

// Of one that is right.
char32_t code_of(std::string_view character) {
  const auto lead = static_cast<std::uint8_t>(character.front());
  if (character.size() == 1) return lead;
  char32_t code = lead & (0x7fU >> character.size());
  for (const char byte : character.substr(1)) {
    code = (code << 6U) | (static_cast<std::uint8_t>(byte) & 0x3fU);
  }
  return code;
}

}  // namespace

// RFC 3629 §4: the lead byte says how many follow, and narrows the first of them.
bool Utf8Validator::begin_character(std::uint8_t lead) {
  lowest_ = continuation_lowest;
  highest_ = continuation_highest;
  if (lead >= 0xc2 && lead <= 0xdf) {
    missing_ = 1;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    missing_ = 2;
    if (lead == 0xe0) lowest_ = 0xa0;   // below: over-long
    if (lead == 0xed) highest_ = 0x9f;  // above: surrogates
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    missing_ = 3;
    if (lead == 0xf0) lowest_ = 0x90;   // below: over-long
    if (lead == 0xf4) highest_ = 0x8f;  // above: beyond U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8Validator::feed(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (missing_ == 0) {
      at = skip_ascii(at, end);
      if (at == end) break;
      if (!begin_character(static_cast<std::uint8_t>(*at++))) return false;
    } else {
      const auto byte = static_cast<std::uint8_t>(*at++);
      if (byte < lowest_ || byte > highest_) return false;
      --missing_;
      lowest_ = continuation_lowest;
      highest_ = continuation_highest;
    }
  }
  return true;
}

Utf8Character first_character(std::string_view text) {
  constexpr std::size_t bytes_max = 4;
  Utf8Validator utf8;
  for (std::size_t bytes = 1; bytes <= std::min(bytes_max, text.size()); ++bytes) {
    if (!utf8.feed(text.substr(bytes - 1, 1))) break;
    if (utf8.complete()) return {code_of(text.substr(0, bytes)), bytes};
  }
  return {};
}

}  // namespace river
