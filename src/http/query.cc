#include "http/query.h"

#include <cstddef>
#include <utility>

#include "http/characters.h"

namespace river::http {
namespace {

enum class Plus { itself, space };

std::optional<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(text[i] == '+' && plus == Plus::space ? ' ' : text[i]);
    }
    if (decoded.back() == '\0') return std::nullopt;
  }
  return decoded;
}

// Takes the text before the next separator off `rest`; the separator goes, too.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

struct Parameter {
  std::optional<std::string> name;
  std::string_view raw_value;
};

Parameter take_parameter(std::string_view& query) {
  std::string_view value = take_part(query, '&');
  const std::string_view name = take_part(value, '=');
  return {decode(name, Plus::space), value};
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, Plus::itself);
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = path.find('/');
    auto segment = percent_decode(path.substr(0, end));
    if (!segment) return std::nullopt;
    segments.push_back(std::move(*segment));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  }
  return segments;
}

bool valid_query(std::string_view query) {
  return decode(query, Plus::space).has_value();
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const Parameter parameter = take_parameter(query);
    if (parameter.name == name) return decode(parameter.raw_value, Plus::space);
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> query_parameters(std::string_view query,
                                                         std::string_view name) {
  std::vector<std::string> values;
  while (!query.empty()) {
    const Parameter parameter = take_parameter(query);
    if (parameter.name != name) continue;
    auto value = decode(parameter.raw_value, Plus::space);
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace river::http
