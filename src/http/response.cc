#include "http/response.h"

#include <iterator>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/json_text.h"
#include "http/characters.h"

namespace river::http {
namespace {

constexpr std::size_t head_bytes_guess = 192;  // one allocation for most responses

// RFC 9110 8.6 and 15.4.5: these have neither body nor Content-Length.
bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  if (name.empty() || !token_bytes.contains_all(name)) return;
  if (!line_bytes.contains_all(value)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_head_start(std::string& out, int status, std::string_view content_type,
                       std::span<const ResponseHeader> headers) {
  RIVER_ASSERT(status >= 100 && status <= 599);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
  if (!content_type.empty()) append_header(out, "Content-Type", content_type);
  for (const ResponseHeader& header : headers) append_header(out, header.name, header.value);
}

}  // namespace

Response json_error(int status, std::string_view code, std::string_view message,
                    std::string_view param) {
  Response response{.status = status, .content_type = "application/json"};
  std::string& body = response.body;
  body.append(R"({"error":{"code":)");
  append_readable_json_string(body, code);
  body.append(R"(,"message":)");
  append_readable_json_string(body, message);
  if (!param.empty()) {
    body.append(R"(,"param":)");
    append_readable_json_string(body, param);
  }
  body.append("}}");
  return response;
}

Response draining_response() {
  Response response =
      json_error(503, "draining", "this server is shutting down: try again in a moment");
  response.headers.push_back({"Retry-After", "1"});
  return response;
}

Response json_error(const ReadError& error) {
  return json_error(error.status, error.code, error.message);
}

void append_response(std::string& out, const Response& response, bool keep_alive,
                     bool head_request) {
  const bool bodied = has_body(response.status);
  out.reserve(out.size() + head_bytes_guess + response.body.size());
  append_head_start(out, response.status, response.content_type, response.headers);
  if (bodied) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
  }
  // Said always: a client of HTTP/1.0 that asked for keep-alive needs to hear it.
  out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
  if (bodied && !head_request) out.append(response.body);
}

void append_stream_head(std::string& out, int status, std::string_view content_type,
                        std::span<const ResponseHeader> headers) {
  append_head_start(out, status, content_type, headers);
  out.append("Connection: close\r\n\r\n");
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace river::http
