// What River accepts of the heads that HTTP allows, and how long the body behind one is.
//
// Refused although HTTP knows them, because a server that is no proxy needs none of them and
// smuggling lives on them (security.md A10, A12): targets that don't start with `/` (absolute,
// authority and asterisk form), any Transfer-Encoding but `chunked`, and a body with an Upgrade.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "http/read_error.h"
#include "http/request.h"
#include "http/request_limits.h"

namespace river::http {

struct BodyFraming {
  enum class Kind : std::uint8_t { none, length, chunked };
  Kind kind = Kind::none;
  std::size_t body_bytes = 0;  // for Kind::length; more than 0
};

// The request line alone, before the head is parsed. `head` has passed HeadScanner.
[[nodiscard]] std::expected<void, ReadError> check_request_line(std::string_view head);

// Everything else, and sets request.expects_continue.
[[nodiscard]] std::expected<BodyFraming, ReadError> check_head(Request& request,
                                                               const RequestLimits& limits);

}  // namespace river::http
