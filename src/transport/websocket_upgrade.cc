#include "transport/websocket_upgrade.h"

#include <optional>
#include <string>

#include "http/characters.h"

namespace river::transport {
namespace {

// A list header may come in several lines, which are one (RFC 9110 §5.3).
std::optional<std::string_view> joined(const http::Request& request, std::string_view name,
                                       std::string& storage) {
  if (request.header_count(name) <= 1) return request.header(name);
  for (const http::Header& header : request.headers) {
    if (!http::equal_ignoring_case(header.name, name)) continue;
    if (!storage.empty()) storage += ", ";
    storage += header.value;
  }
  return storage;
}

}  // namespace

std::expected<websocket::Upgrade, http::Response> read_upgrade(const http::Request& request,
                                                               bool deflate) {
  std::string connection;
  std::string extensions;
  websocket::UpgradeHeaders headers;
  headers.method = request.method;
  headers.http_1_1 = request.minor_version == 1;
  headers.upgrade = request.header("upgrade");
  headers.connection = joined(request, "connection", connection);
  headers.key = request.header("sec-websocket-key");
  headers.version = request.header("sec-websocket-version");
  headers.extensions = joined(request, "sec-websocket-extensions", extensions);
  headers.duplicate = request.header_count("sec-websocket-key") > 1 ||
                      request.header_count("sec-websocket-version") > 1 ||
                      request.header_count("upgrade") > 1;
  auto upgrade = websocket::negotiate(headers, deflate);
  if (upgrade.has_value()) return std::move(*upgrade);

  const int status = upgrade.error().status;
  http::Response response = http::json_error(status, "invalid_handshake", upgrade.error().message);
  if (status == 426) response.headers.push_back({"Sec-WebSocket-Version", "13"});
  if (status == 405) response.headers.push_back({"Allow", "GET"});
  return std::unexpected(std::move(response));
}

}  // namespace river::transport
