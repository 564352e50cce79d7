#include "base/json_text.h"

#include <cstddef>

#include "base/utf8.h"

namespace river {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool needs_escape(char32_t code) {
  return code == '"' || code == '\\' || code < 0x20;
}

// Beyond what JSON demands: DEL, C1, the line and paragraph separators, and the bidirectional
// controls.
bool is_unreadable(char32_t code) {
  return (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

void append_escaped(std::string& out, char32_t code) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (code) {
    case '"':
    case '\\':
      out.append({'\\', static_cast<char>(code)});
      break;
    case '\n':
      out.append("\\n");
      break;
    case '\r':
      out.append("\\r");
      break;
    case '\t':
      out.append("\\t");
      break;
    default:
      // All that is escaped has four digits.
      out.append({'\\', 'u', digits[code >> 12U & 15U], digits[code >> 8U & 15U],
                  digits[code >> 4U & 15U], digits[code & 15U]});
      break;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (!needs_escape(byte)) continue;
    out.append(text.substr(done, i - done));
    append_escaped(out, byte);
    done = i + 1;
  }
  out.append(text.substr(done));
  out.push_back('"');
}

void append_readable_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  append_readable(out, text);
  out.push_back('"');
}

void append_readable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    if (bytes == 0) {
      append_escaped(out, replacement);
    } else if (needs_escape(code) || is_unreadable(code)) {
      append_escaped(out, code);
    } else {
      out.append(text.substr(0, bytes));
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
}

}  // namespace river
