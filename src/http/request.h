// A request as it was read. All of it are views: see RequestReader for how long they live.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace river::http {

struct Header {
  std::string_view name;   // in the peer's spelling
  std::string_view value;  // without the spaces around it
};

struct Request {
  std::string_view method;  // GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
  std::string_view target;  // starts with `/`
  std::string_view path;    // the target before the first `?`, not decoded: see query.h
  std::string_view query;   // after it
  int minor_version = 1;    // HTTP/1.0 or HTTP/1.1
  bool keep_alive = true;
  bool expects_continue = false;  // waits for `100 Continue` before it sends the body
  std::span<const Header> headers;
  std::string_view body;

  // The first header of this name; names are equal whatever their case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::size_t header_count(std::string_view name) const;
  // Whether there is an Upgrade header; what it asks for is the WebSocket handshake's concern.
  [[nodiscard]] bool wants_upgrade() const { return header("upgrade").has_value(); }
};

}  // namespace river::http
