#include "websocket/handshake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "websocket/accept_key.h"
#include "websocket/extension_list.h"
#include "websocket/header_text.h"

namespace river::websocket {
namespace {

std::unexpected<UpgradeError> refuse(int status, std::string message) {
  return std::unexpected(UpgradeError{status, std::move(message)});
}

bool has_token(std::optional<std::string_view> list, std::string_view token) {
  const auto tokens = parse_token_list(list.value_or(""));
  return tokens && std::ranges::any_of(*tokens, [&](std::string_view candidate) {
           return equals_ignoring_case(candidate, token);
         });
}

// Everything but key and extensions.
std::optional<UpgradeError> check_request(const UpgradeHeaders& headers) {
  if (headers.method != "GET") return UpgradeError{405, "a WebSocket is opened with GET"};
  if (!headers.http_1_1) return UpgradeError{400, "a WebSocket is opened over HTTP/1.1"};
  if (headers.duplicate) return UpgradeError{400, "a Sec-WebSocket header came twice"};
  if (!has_token(headers.upgrade, "websocket")) {
    return UpgradeError{426, "this is a WebSocket endpoint: send Upgrade: websocket"};
  }
  if (!has_token(headers.connection, "upgrade")) {
    return UpgradeError{400, "send Connection: Upgrade (a proxy on the way may have removed it)"};
  }
  if (!headers.version) return UpgradeError{400, "send Sec-WebSocket-Version: 13"};
  if (*headers.version != "13") return UpgradeError{426, "only WebSocket version 13 is spoken"};
  return std::nullopt;
}

void choose_deflate(Upgrade& upgrade, const std::vector<Extension>& extensions) {
  for (const Extension& extension : extensions) {
    const auto offer = read_deflate_offer(extension);
    if (!offer) continue;
    upgrade.deflate = DeflateParameters{offer->server_window_bits};
    upgrade.server_window_bits_given = offer->server_window_bits_given;
    return;
  }
}

}  // namespace

std::expected<Upgrade, UpgradeError> negotiate(const UpgradeHeaders& headers, bool deflate) {
  if (auto error = check_request(headers)) return std::unexpected(std::move(*error));
  auto accept = accept_key(headers.key.value_or(""));
  if (!accept) return refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64");
  const auto extensions = parse_extension_list(headers.extensions.value_or(""));
  if (!extensions) return refuse(400, "Sec-WebSocket-Extensions cannot be read");

  Upgrade upgrade;
  upgrade.accept = std::move(*accept);
  if (deflate) choose_deflate(upgrade, *extensions);
  return upgrade;
}

void append_upgrade_response(std::string& out, const Upgrade& upgrade) {
  out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  out += "Sec-WebSocket-Accept: ";
  out += upgrade.accept;
  out += "\r\n";
  if (upgrade.deflate) {
    out +=
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
        "client_no_context_takeover";
    if (upgrade.server_window_bits_given) {
      out += fmt::format("; server_max_window_bits={}", upgrade.deflate->server_window_bits);
    }
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace river::websocket
