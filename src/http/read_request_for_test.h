// Helpers of this room's tests: requests read whole, in two pieces, or byte by byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "http/request_reader.h"

namespace river::http {

// All that a reader said of one request, as text: so that ways of cutting it can be compared.
inline std::string describe(const RequestReader& reader, ReadStatus status) {
  if (status == ReadStatus::failed) {
    return fmt::format("{} {} {}", reader.error().status, reader.error().code,
                       reader.error().message);
  }
  if (status != ReadStatus::complete) return "incomplete";
  const Request& request = reader.request();
  std::string text = fmt::format("{} {} path={} query={} 1.{}{}{}\n", request.method,
                                 request.target, request.path, request.query, request.minor_version,
                                 request.keep_alive ? " keep-alive" : " close",
                                 request.expects_continue ? " expects-continue" : "");
  for (const Header& header : request.headers) {
    text += fmt::format("[{}]=[{}]\n", header.name, header.value);
  }
  return text.append("body=").append(request.body);
}

struct Outcome {
  ReadStatus status = ReadStatus::incomplete;
  std::size_t consumed = 0;  // of all bytes; meaningless after a failure
  std::string description;
};

// Feeds `input` in pieces of the sizes that `next_piece_bytes()` gives, each in memory of its own
// that is gone before the next, up to the end of the first request.
template <typename NextPieceBytes>
Outcome read_in_pieces(std::string_view input, const RequestLimits& limits,
                       NextPieceBytes next_piece_bytes) {
  RequestReader reader(limits);
  Outcome outcome;
  while (outcome.consumed < input.size()) {
    const std::string piece(input.substr(outcome.consumed, next_piece_bytes()));
    const auto result = reader.feed(piece);
    outcome.status = result.status;
    outcome.consumed += result.consumed;
    if (result.status == ReadStatus::complete || result.status == ReadStatus::failed) {
      outcome.description = describe(reader, result.status);
      return outcome;
    }
  }
  outcome.description = describe(reader, outcome.status);
  return outcome;
}

inline Outcome read_whole(std::string_view input, const RequestLimits& limits = {}) {
  return read_in_pieces(input, limits, [&] { return input.size(); });
}

inline Outcome read_byte_by_byte(std::string_view input, const RequestLimits& limits = {}) {
  return read_in_pieces(input, limits, [] { return std::size_t{1}; });
}

inline Outcome read_cut_at(std::string_view input, std::size_t cut,
                           const RequestLimits& limits = {}) {
  bool first = true;
  return read_in_pieces(input, limits, [&] {
    const std::size_t bytes = first ? cut : input.size();
    first = false;
    return bytes;
  });
}

}  // namespace river::http
