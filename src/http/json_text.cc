#include "http/json_text.h"

#include <cstddef>
#include <iterator>

#include <fmt/format.h>

namespace river::http {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

// How many bytes the UTF-8 sequence at the start of `text` has; 0 if there is no right one. Not
// right are also overlong ones, surrogates and what is beyond U+10FFFF (RFC 3629 4).
std::size_t utf8_sequence_bytes(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return is_continuation(byte(1)) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    return is_continuation(byte(1)) && is_continuation(byte(2)) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return is_continuation(byte(1)) && is_continuation(byte(2)) && is_continuation(byte(3)) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t sequence_bytes = utf8_sequence_bytes(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (sequence_bytes == 0) {
      out.append("\xef\xbf\xbd");
    } else if (first == '"' || first == '\\') {
      out.push_back('\\');
      out.push_back(text.front());
    } else if (first < 0x20 || first == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", first);
    } else {
      out.append(text.substr(0, sequence_bytes));
    }
    text.remove_prefix(sequence_bytes == 0 ? 1 : sequence_bytes);
  }
  out.push_back('"');
}

}  // namespace river::http
