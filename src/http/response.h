// Responses to bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/read_error.h"

namespace river::http {

struct ResponseHeader {
  std::string name;
  std::string value;
};

struct Response {
  int status = 200;
  std::string_view content_type = {};  // of the body; none for none
  std::string body = {};
  // Beyond Content-Type, Content-Length and Connection, which are made here.
  std::vector<ResponseHeader> headers = {};
  // The request showed a key that is none. Not told to anybody: whoever sends the response has the
  // address pay for it, and ends the connection.
  bool wrong_key = false;
};

// `{"error":{"code":…,"message":…,"param":…}}`; `param` names the field at fault, or is empty and
// left out.
[[nodiscard]] Response json_error(int status, std::string_view code, std::string_view message,
                                  std::string_view param = {});
[[nodiscard]] Response json_error(const ReadError& error);
// 503: nothing was done, and the next process will be there in a moment.
[[nodiscard]] Response draining_response();

// Appends head and body, with Content-Length, and Connection as `keep_alive` says. A response to
// HEAD has the head of its GET and no body.
//
// Nothing that comes from a peer can split a response (security.md A16): a header whose name or
// value could is left out, whole.
void append_response(std::string& out, const Response& response, bool keep_alive,
                     bool head_request = false);

// The head of a response that goes on until the connection closes, as Server-Sent Events do.
void append_stream_head(std::string& out, int status, std::string_view content_type,
                        std::span<const ResponseHeader> headers = {});

// For a request that expects it: says "send the body".
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

// "Not Found" for 404; "Unknown" for what River never sends.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace river::http
