#include "http/cors.h"

#include <string>

#include "base/trim.h"
#include "http/characters.h"

namespace river::http {

std::vector<ResponseHeader> cors_headers(const Request& request, const OriginList& origins) {
  const auto origin = request.header("origin");
  if (!origin.has_value() || request.header_count("origin") != 1) return {};
  if (origins.allows_any()) return {{"Access-Control-Allow-Origin", "*"}};
  if (!origins.allows(*origin)) return {{"Vary", "Origin"}};
  return {{"Access-Control-Allow-Origin", std::string(*origin)}, {"Vary", "Origin"}};
}

std::vector<ResponseHeader> cors_headers_of_unread(std::string_view head,
                                                   const OriginList& origins) {
  if (origins.allows_any()) return {{"Access-Control-Allow-Origin", "*"}};
  std::vector<Header> found;
  // Lines that came with their end; the first is the request line.
  for (std::size_t from = 0, end = 0; (end = head.find("\r\n", from)) != head.npos;
       from = end + 2) {
    const std::string_view line = head.substr(from, end - from);
    if (line.empty() && from > 0) break;
    const std::size_t colon = line.find(':');
    if (from == 0 || colon == line.npos) continue;
    if (!equal_ignoring_case(line.substr(0, colon), "origin")) continue;
    found.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1), " \t")});
  }
  Request request;
  request.headers = found;
  return cors_headers(request, origins);
}

Response preflight_response(const Request& request, const OriginList& origins) {
  Response response;
  response.status = 204;
  response.headers = cors_headers(request, origins);
  response.headers.push_back({"Access-Control-Allow-Methods", "GET"});
  response.headers.push_back(
      {"Access-Control-Allow-Headers", "Authorization, Last-Event-ID, Cache-Control"});
  response.headers.push_back({"Access-Control-Max-Age", "86400"});
  return response;
}

}  // namespace river::http
