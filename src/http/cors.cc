#include "http/cors.h"

#include <string>

namespace river::http {

std::vector<ResponseHeader> cors_headers(const Request& request, const OriginList& origins) {
  const auto origin = request.header("origin");
  if (!origin.has_value() || request.header_count("origin") != 1) return {};
  if (origins.allows_any()) return {{"Access-Control-Allow-Origin", "*"}};
  if (!origins.allows(*origin)) return {{"Vary", "Origin"}};
  return {{"Access-Control-Allow-Origin", std::string(*origin)}, {"Vary", "Origin"}};
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
