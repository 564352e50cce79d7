// ExtensionList: what Sec-WebSocket-Extensions says (RFC 6455 §9.1), in linear time.
//
//   permessage-deflate; client_max_window_bits; server_max_window_bits="10", other; a=b
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace river::websocket {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;  // quotes and backslashes taken off
};

struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

// Nothing when the header breaks the grammar. Empty list elements are skipped (RFC 9110 §5.6.1).
[[nodiscard]] std::optional<std::vector<Extension>> parse_extension_list(std::string_view header);

}  // namespace river::websocket
