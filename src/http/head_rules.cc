#include "http/head_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/assert.h"
#include "http/authority.h"
#include "http/characters.h"

namespace river::http {
namespace {

constexpr std::array<std::string_view, 7> methods = {"GET", "POST",   "OPTIONS", "HEAD",
                                                     "PUT", "DELETE", "PATCH"};

// 19 digits always fit 64 bits; a body that needs more is refused as no number at all.
constexpr std::size_t content_length_digits_max = 19;

std::optional<std::uint64_t> parse_content_length(std::string_view text) {
  if (text.empty() || text.size() > content_length_digits_max) return std::nullopt;
  if (!digit_bytes.contains_all(text)) return std::nullopt;  // from_chars would take a `-`
  std::uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

std::expected<void, ReadError> check_host(const Request& request) {
  const std::size_t hosts = request.header_count("host");
  if (hosts == 0 && request.minor_version == 0) return {};
  if (hosts != 1) return std::unexpected(invalid_request("there must be exactly one Host header"));
  if (!parse_authority(*request.header("host"))) {
    return std::unexpected(
        invalid_request("Host must be a host name or address, and maybe a port"));
  }
  return {};
}

std::expected<BodyFraming, ReadError> frame_by_length(const Request& request,
                                                      const RequestLimits& limits) {
  const auto length = parse_content_length(*request.header("content-length"));
  if (!length || request.header_count("content-length") != 1) {
    return std::unexpected(
        invalid_request("Content-Length must be there once and be one decimal number"));
  }
  if (*length == 0) return BodyFraming{};
  if (request.wants_upgrade()) {
    return std::unexpected(invalid_request("a request with Upgrade must not have a body"));
  }
  if (*length > limits.body_bytes_max) {
    return std::unexpected(body_too_large(limits.body_bytes_max));
  }
  return BodyFraming{BodyFraming::Kind::length, *length};
}

std::expected<BodyFraming, ReadError> frame_by_chunks(const Request& request) {
  if (request.header("content-length")) {
    return std::unexpected(
        invalid_request("Content-Length and Transfer-Encoding must not be together"));
  }
  if (request.minor_version == 0) {
    return std::unexpected(invalid_request("HTTP/1.0 has no Transfer-Encoding"));
  }
  if (request.header_count("transfer-encoding") != 1 ||
      !equal_ignoring_case(*request.header("transfer-encoding"), "chunked")) {
    return std::unexpected(
        invalid_request("the only Transfer-Encoding understood is `chunked`, once"));
  }
  if (request.wants_upgrade()) {
    return std::unexpected(invalid_request("a request with Upgrade must not have a body"));
  }
  return BodyFraming{BodyFraming::Kind::chunked, 0};
}

}  // namespace

std::expected<void, ReadError> check_request_line(std::string_view head) {
  const std::size_t method_end = head.find(' ');
  const std::size_t target_end = head.find(' ', method_end + 1);
  RIVER_ASSERT(target_end != std::string_view::npos);
  const std::string_view method = head.substr(0, method_end);
  const std::string_view target = head.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = head.substr(target_end + 1, std::string_view("HTTP/1.1").size());

  // The target first: so that the preface of HTTP/2, `PRI * HTTP/2.0`, is a bad request.
  if (!target.starts_with('/')) {
    return std::unexpected(invalid_request("the target must be a path that starts with `/`"));
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool well_formed = version.starts_with("HTTP/") && digit_bytes.contains(version[5]) &&
                             version[6] == '.' && digit_bytes.contains(version[7]);
    if (well_formed) return std::unexpected(unknown_version());
    return std::unexpected(invalid_request("the request line must end with `HTTP/1.1`"));
  }
  if (std::ranges::find(methods, method) == methods.end()) {
    return std::unexpected(unknown_method());
  }
  return {};
}

std::expected<BodyFraming, ReadError> check_head(Request& request, const RequestLimits& limits) {
  if (const auto host = check_host(request); !host) return std::unexpected(host.error());
  if (request.minor_version > 0) {  // HTTP/1.0 knows no Expect: it is to be ignored
    if (const auto expectation = request.header("expect")) {
      if (!equal_ignoring_case(*expectation, "100-continue")) {
        return std::unexpected(unknown_expectation());
      }
      request.expects_continue = true;
    }
  }
  if (request.header("transfer-encoding")) return frame_by_chunks(request);
  if (request.header("content-length")) return frame_by_length(request, limits);
  return BodyFraming{};
}

}  // namespace river::http
