// Finding values in JSON whose form is known: far quicker than parsing it, and enough for a client
// that trusts its server.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace river::bench {

// The number that `text` starts with; 0 if it does not.
[[nodiscard]] inline std::uint64_t leading_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// What stands behind the first `mark`, up to the next quote; empty if there is no such mark.
[[nodiscard]] inline std::string_view text_behind(std::string_view json, std::string_view mark) {
  const std::size_t at = json.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = json.substr(at + mark.size());
  return rest.substr(0, rest.find('"'));
}

// The number behind the first `mark`.
[[nodiscard]] inline std::uint64_t number_behind(std::string_view json, std::string_view mark) {
  const std::size_t at = json.find(mark);
  return at == std::string_view::npos ? 0 : leading_number(json.substr(at + mark.size()));
}

}  // namespace river::bench
