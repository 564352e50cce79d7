// The server's half of the opening handshake (RFC 6455 §4.2), on headers already taken apart.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "websocket/deflate_offer.h"

namespace river::websocket {

// A request's headers as far as they matter here. Lists that came in several lines (connection,
// extensions, protocols) are given joined by commas.
struct UpgradeHeaders {
  std::optional<std::string_view> upgrade;
  std::optional<std::string_view> connection;
  std::optional<std::string_view> key;
  std::optional<std::string_view> version;
  std::optional<std::string_view> extensions;
  std::optional<std::string_view> protocols;
  bool duplicate = false;  // key or version came twice
  bool http_1_1 = true;
  std::string_view method = "GET";
};

struct NegotiateOptions {
  bool deflate = false;
  std::span<const std::string_view> subprotocols;  // those that the server speaks
};

// What was agreed on.
struct Upgrade {
  std::string accept;  // Sec-WebSocket-Accept
  std::optional<DeflateParameters> deflate;
  bool server_window_bits_given = false;  // the client asked for one, so the answer says it
  std::string subprotocol;                // or empty
};

struct UpgradeError {
  int status;  // 400, 405 or 426; with 426 goes Sec-WebSocket-Version: 13
  std::string message;
};

// Takes the first acceptable offer of compression and the client's first subprotocol that the
// server speaks; none of either is no error. An unreadable header is.
[[nodiscard]] std::expected<Upgrade, UpgradeError> negotiate(const UpgradeHeaders& headers,
                                                             const NegotiateOptions& options);

// The whole head of the 101 response. Nothing in it is an echo of the request.
void append_upgrade_response(std::string& out, const Upgrade& upgrade);

}  // namespace river::websocket
