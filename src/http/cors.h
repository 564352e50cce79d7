// Cross-Origin Resource Sharing (Fetch Standard §3.2): what lets a page of another origin read a
// response.
#pragma once

#include <vector>

#include "http/origin.h"
#include "http/request.h"
#include "http/response.h"

namespace river::http {

// Headers to add to a response that a page of an allowed origin may read.
[[nodiscard]] std::vector<ResponseHeader> cors_headers(const Request& request,
                                                       const OriginList& origins);

// The answer to a preflight (OPTIONS) for reading a stream of events.
[[nodiscard]] Response preflight_response(const Request& request, const OriginList& origins);

}  // namespace river::http
