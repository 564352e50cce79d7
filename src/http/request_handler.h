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
  // The request's views live until the call returns.
  virtual void handle(const Request& request, Responder respond) = 0;
};

}  // namespace river::http
