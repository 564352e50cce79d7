#include "http/request.h"

#include <algorithm>

#include "http/characters.h"

namespace river::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& candidate : headers) {
    if (equal_ignoring_case(candidate.name, name)) return candidate.value;
  }
  return std::nullopt;
}

std::size_t Request::header_count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const Header& header) { return equal_ignoring_case(header.name, name); }));
}

}  // namespace river::http
