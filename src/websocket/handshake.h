// The server's half of the opening handshake (RFC 6455 §4.2), on headers already taken apart.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "websocket/deflate_offer.h"

namespace river::websocket {

// A request's headers as far as they matter here. Lists that came in several lines (connection,
// extensions) are given joined by commas.
struct UpgradeHeaders {
  std::optional<std::string_view> upgrade;
  std::optional<std::string_view> connection;
  std::optional<std::string_view> key;
  std::optional<std::string_view> version;
  std::optional<std::string_view> extensions;
  bool duplicate = false;  // key or version came twice
  bool http_1_1 = true;
  std::string_view method = "GET";
};

// What was agreed on.
struct Upgrade {
  std::string accept;  // Sec-WebSocket-Accept
  std::optional<DeflateParameters> deflate;
  bool server_window_bits_given = false;  // the client asked for one, so the answer says it
};

struct UpgradeError {
  int status;  // 400, 405 or 426; with 426 goes Sec-WebSocket-Version: 13
  std::string message;
};

// Takes the first acceptable offer of compression, if `deflate`; none is no error. An unreadable
// header is. River speaks no subprotocols, so what is offered of them is not read.
[[nodiscard]] std::expected<Upgrade, UpgradeError> negotiate(const UpgradeHeaders& headers,
                                                             bool deflate);

// The whole head of the 101 response. Nothing in it is an echo of the request.
void append_upgrade_response(std::string& out, const Upgrade& upgrade);

}  // namespace river::websocket
