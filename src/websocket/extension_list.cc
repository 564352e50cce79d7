#include "websocket/extension_list.h"

#include "websocket/header_text.h"

namespace river::websocket {
namespace {

// After its `;`.
std::optional<ExtensionParameter> parse_parameter(HeaderText& text) {
  text.skip_blanks();
  const std::string_view name = text.take_token();
  if (name.empty()) return std::nullopt;
  ExtensionParameter parameter{.name = std::string(name), .value = {}};
  text.skip_blanks();
  if (!text.take('=')) return parameter;

  text.skip_blanks();
  parameter.value = text.take_token();
  if (parameter.value->empty()) parameter.value = text.take_quoted_string();
  // Whatever is quoted must be a token too (RFC 6455 §9.1).
  if (!parameter.value || !is_token(*parameter.value)) return std::nullopt;
  text.skip_blanks();
  return parameter;
}

}  // namespace

std::optional<std::vector<Extension>> parse_extension_list(std::string_view header) {
  std::vector<Extension> extensions;
  HeaderText text(header);
  while (true) {
    text.skip_blanks();
    if (text.at_end()) return extensions;
    if (text.take(',')) continue;
    const std::string_view name = text.take_token();
    if (name.empty()) return std::nullopt;
    Extension& extension = extensions.emplace_back(std::string(name));
    text.skip_blanks();
    while (text.take(';')) {
      auto parameter = parse_parameter(text);
      if (!parameter) return std::nullopt;
      extension.parameters.push_back(std::move(*parameter));
    }
    if (!text.at_end() && !text.take(',')) return std::nullopt;
  }
}

}  // namespace river::websocket
