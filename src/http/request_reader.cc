#include "http/request_reader.h"

#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "http/head_parser.h"

namespace river::http {
namespace {

// What a buffer may keep between requests: enough for usual ones, while an idle connection that
// once sent a large one does not hold that for ever.
constexpr std::size_t kept_bytes_max = 4 * limits::kib;

void clear(std::string& buffer) {
  if (buffer.capacity() > kept_bytes_max) {
    buffer = std::string();
  } else {
    buffer.clear();
  }
}

}  // namespace

RequestReader::Result RequestReader::feed(std::string_view bytes) {
  RIVER_ASSERT(phase_ != Phase::complete);
  if (phase_ == Phase::failed) return {ReadStatus::failed, 0};
  const bool head_was_open = phase_ == Phase::head;
  std::size_t consumed = 0;
  auto taken = head_was_open ? feed_head(bytes) : 0;
  if (taken && phase_ == Phase::body) {
    consumed = *taken;
    taken = feed_body(bytes.substr(consumed));
  }
  if (!taken) {
    error_ = std::move(taken.error());
    phase_ = Phase::failed;
    return {ReadStatus::failed, 0};
  }
  consumed += *taken;
  if (phase_ == Phase::complete) return {ReadStatus::complete, consumed};
  if (phase_ == Phase::body && head_was_open) return {ReadStatus::head_complete, consumed};
  return {ReadStatus::incomplete, consumed};
}

std::expected<std::size_t, ReadError> RequestReader::feed_head(std::string_view bytes) {
  const auto taken = scanner_.scan(bytes, limits_);
  if (!taken) return taken;
  const std::string_view piece = bytes.substr(0, *taken);
  const bool whole = scanner_.done() && head_.empty();
  if (!whole) head_.append(piece);
  if (!scanner_.done()) return taken;

  if (const auto read = read_head(whole ? piece : head_); !read) {
    return std::unexpected(read.error());
  }
  if (framing_.kind == BodyFraming::Kind::none) {
    complete({});
    return taken;
  }
  phase_ = Phase::body;
  const bool body_is_in = framing_.kind == BodyFraming::Kind::length &&
                          framing_.body_bytes <= bytes.size() - piece.size();
  if (whole && !body_is_in) {
    // The views must outlive these bytes: read once more, from a copy.
    head_.assign(piece);
    const auto read = read_head(head_);
    RIVER_ASSERT(read.has_value());
  }
  return taken;
}

std::expected<void, ReadError> RequestReader::read_head(std::string_view head) {
  if (const auto line = check_request_line(head); !line) return line;
  auto request = parse_head(head, headers_);
  if (!request) return std::unexpected(request.error());
  request_ = *request;
  const auto framing = check_head(request_, limits_);
  if (!framing) return std::unexpected(framing.error());
  framing_ = *framing;
  return {};
}

std::expected<std::size_t, ReadError> RequestReader::feed_body(std::string_view bytes) {
  if (framing_.kind == BodyFraming::Kind::chunked) {
    const auto taken = chunks_.read(bytes, body_, limits_.body_bytes_max);
    if (taken && chunks_.done()) complete(body_);
    return taken;
  }
  const std::string_view piece = bytes.substr(0, framing_.body_bytes - body_.size());
  if (piece.size() == framing_.body_bytes) {
    complete(piece);  // whole in this feed: not copied
    return piece.size();
  }
  body_.append(piece);
  if (body_.size() == framing_.body_bytes) complete(body_);
  return piece.size();
}

void RequestReader::complete(std::string_view body) {
  request_.body = body;
  phase_ = Phase::complete;
}

const Request& RequestReader::request() const {
  RIVER_ASSERT(phase_ == Phase::body || phase_ == Phase::complete);
  return request_;
}

const ReadError& RequestReader::error() const {
  RIVER_ASSERT(phase_ == Phase::failed);
  return error_;
}

std::string RequestReader::unread_head(std::string_view last_fed) const {
  // Of a whole head in pieces, the last is there already.
  if (scanner_.done() && !head_.empty()) return head_;
  return std::string(head_).append(last_fed);
}

void RequestReader::reset() {
  request_ = {};
  headers_.clear();
  clear(head_);
  clear(body_);
  error_ = {};
  scanner_ = {};
  chunks_ = {};
  framing_ = {};
  phase_ = Phase::head;
}

}  // namespace river::http
