// From an HTTP request to the WebSocket handshake's answer.
#pragma once

#include <expected>

#include "http/request.h"
#include "http/response.h"
#include "websocket/handshake.h"

namespace river::transport {

[[nodiscard]] std::expected<websocket::Upgrade, http::Response> read_upgrade(
    const http::Request& request, bool deflate);

}  // namespace river::transport
