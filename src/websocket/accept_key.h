// The proof of RFC 6455 §4.2.2 that the server understood the handshake.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace river::websocket {

// Sec-WebSocket-Accept for a Sec-WebSocket-Key; nothing unless the key is base64 of 16 bytes.
[[nodiscard]] std::optional<std::string> accept_key(std::string_view key);

}  // namespace river::websocket
