// RequestHandler: what answers requests: the HTTP API, the page. The seam between the transport,
// which owns the connection, and whoever knows the answer.
#pragma once

#include <functional>

#include "http/request.h"
#include "http/response.h"

namespace river::http {

// Call once, on the same loop, now or later. It may outlive its connection; then nothing happens.
using Responder = std::move_only_function<void(Response)>;

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // A head has come, and its body is still to come: is it of use? If not, the request is handled
  // without it, as the last of its connection.
  [[nodiscard]] virtual bool wants_body(const Request& request) = 0;
  // The request's views live until the call returns.
  virtual void handle(const Request& request, Responder respond) = 0;
};

}  // namespace river::http
