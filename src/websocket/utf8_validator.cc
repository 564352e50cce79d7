#include "websocket/utf8_validator.h"

#include <cstring>

namespace river::websocket {
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

}  // namespace river::websocket
