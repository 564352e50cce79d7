#include "http/head_scanner.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "http/characters.h"

namespace river::http {
namespace {

// RFC 9112 3: a method longer than any that is known is answered at once. The longest is OPTIONS.
constexpr std::size_t method_bytes_max = 16;
constexpr std::size_t version_bytes = std::string_view("HTTP/1.1").size();

// Takes the bytes that are in the set, but stops when the part has one more than bytes_max.
void take(const char*& at, const char* end, const ByteSet& set, std::size_t& part_bytes,
          std::size_t bytes_max) {
  const std::size_t room = bytes_max + 1 - part_bytes;
  const char* const stop = std::cmp_less(end - at, room) ? end : at + room;
  const char* const from = at;
  while (at != stop && set.contains(*at)) ++at;
  part_bytes += static_cast<std::size_t>(at - from);
}

}  // namespace

std::expected<std::size_t, ReadError> HeadScanner::scan(std::string_view bytes,
                                                        const RequestLimits& limits) {
  RIVER_ASSERT(head_bytes_ <= limits.head_bytes_max);
  const std::string_view window = bytes.substr(0, limits.head_bytes_max - head_bytes_);
  const char* at = window.data();
  const char* const end = at + window.size();
  while (at != end && state_ != State::done) {
    const Fault fault = advance(at, end, limits);
    if (fault != Fault::none) return std::unexpected(error_of(fault, limits));
  }
  const std::size_t taken = static_cast<std::size_t>(at - window.data());
  head_bytes_ += taken;
  if (state_ != State::done && head_bytes_ == limits.head_bytes_max) {
    return std::unexpected(head_too_large(limits.head_bytes_max));
  }
  return taken;
}

// Takes at least one byte; there is one.
HeadScanner::Fault HeadScanner::advance(const char*& at, const char* end,
                                        const RequestLimits& limits) {
  switch (state_) {
    case State::method:
      return advance_method(at, end);
    case State::target:
      return advance_target(at, end, limits.target_bytes_max);
    case State::version:
      return advance_version(at, end);
    case State::line_start:
      return advance_line_start(at, limits.headers_max);
    case State::line:
      return advance_line(at, end);
    case State::line_feed:
      if (*at++ != '\n') return Fault::line_end;
      state_ = State::line_start;
      return Fault::none;
    case State::last_line_feed:
      if (*at++ != '\n') return Fault::line_end;
      state_ = State::done;
      return Fault::none;
    case State::done:
      break;
  }
  RIVER_ASSERT(false);
  return Fault::none;
}

HeadScanner::Fault HeadScanner::advance_method(const char*& at, const char* end) {
  take(at, end, token_bytes, part_bytes_, method_bytes_max);
  if (part_bytes_ > method_bytes_max) return Fault::method_length;
  if (at == end) return Fault::none;
  if (*at != ' ' || part_bytes_ == 0) return Fault::method;
  ++at;
  part_bytes_ = 0;
  state_ = State::target;
  return Fault::none;
}

HeadScanner::Fault HeadScanner::advance_target(const char*& at, const char* end,
                                               std::size_t bytes_max) {
  take(at, end, target_bytes, part_bytes_, bytes_max);
  if (part_bytes_ > bytes_max) return Fault::target_length;
  if (at == end) return Fault::none;
  if (*at == '\r' || *at == '\n') return Fault::version;  // HTTP/0.9 had none
  if (*at != ' ' || part_bytes_ == 0) return Fault::target;
  ++at;
  part_bytes_ = 0;
  state_ = State::version;
  return Fault::none;
}

HeadScanner::Fault HeadScanner::advance_version(const char*& at, const char* end) {
  take(at, end, target_bytes, part_bytes_, version_bytes);
  if (part_bytes_ > version_bytes) return Fault::version;
  if (at == end) return Fault::none;
  if (*at == '\n') return Fault::line_end;
  if (*at != '\r' || part_bytes_ != version_bytes) return Fault::version;
  ++at;
  state_ = State::line_feed;
  return Fault::none;
}

HeadScanner::Fault HeadScanner::advance_line_start(const char*& at, std::size_t headers_max) {
  if (*at == '\r') {
    ++at;
    state_ = State::last_line_feed;
    return Fault::none;
  }
  if (*at == ' ' || *at == '\t') return Fault::line_fold;
  if (++headers_ > headers_max) return Fault::header_count;
  state_ = State::line;
  return advance_line(at, at + 1);
}

HeadScanner::Fault HeadScanner::advance_line(const char*& at, const char* end) {
  while (at != end && line_bytes.contains(*at)) ++at;
  if (at == end) return Fault::none;
  if (*at == '\n') return Fault::line_end;
  if (*at != '\r') return Fault::control_byte;
  ++at;
  state_ = State::line_feed;
  return Fault::none;
}

ReadError HeadScanner::error_of(Fault fault, const RequestLimits& limits) {
  switch (fault) {
    case Fault::none:
      break;
    case Fault::method:
      return invalid_request("a request starts with a method, one space and a target");
    case Fault::method_length:
      return unknown_method();
    case Fault::target:
      return invalid_request(
          "the target must not be empty and must not hold spaces, `#`, control "
          "or non-ASCII bytes: percent-encode them");
    case Fault::target_length:
      return target_too_long(limits.target_bytes_max);
    case Fault::version:
      return invalid_request("the request line must end with one space and `HTTP/1.1`");
    case Fault::line_end:
      return invalid_request("every line of the head must end with CR LF");
    case Fault::line_fold:
      return invalid_request("a header must not be folded over lines");
    case Fault::control_byte:
      return invalid_request("headers must not hold control bytes");
    case Fault::header_count:
      return too_many_headers(limits.headers_max);
  }
  RIVER_ASSERT(false);
  return {};
}

}  // namespace river::http
