// Cross-Origin Resource Sharing (Fetch Standard §3.2): what lets a page of another origin read a
// response.
#pragma once

#include <string_view>
#include <vector>

#include "http/origin.h"
#include "http/request.h"
#include "http/response.h"

namespace river::http {

// Headers to add to a response that a page of an allowed origin may read.
[[nodiscard]] std::vector<ResponseHeader> cors_headers(const Request& request,
                                                       const OriginList& origins);

// The same for a request that was refused before it was read, by as much of its head as came: any
// origin may read why without having been named, one of a list only if its header came.
[[nodiscard]] std::vector<ResponseHeader> cors_headers_of_unread(std::string_view head,
                                                                 const OriginList& origins);

// The answer to a preflight (OPTIONS) for reading a stream of events.
[[nodiscard]] Response preflight_response(const Request& request, const OriginList& origins);

}  // namespace river::http
