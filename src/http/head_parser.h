// Splits one whole head into its parts, by Boost.Beast, which stays inside head_parser.cc.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "http/read_error.h"
#include "http/request.h"

namespace river::http {

// `head` goes up to and with its empty line, and has passed HeadScanner. The request and the
// headers are views into it; the request's headers are those put into `headers`.
[[nodiscard]] std::expected<Request, ReadError> parse_head(std::string_view head,
                                                           std::vector<Header>& headers);

}  // namespace river::http
