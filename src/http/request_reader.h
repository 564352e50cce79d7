// Bytes in, requests out: one request at a time, however its bytes are cut.
//
//   feed ▸ head ▸ (body) ▸ complete ▸ request() ▸ reset ▸ feed what was left …
//
// A request that comes whole in one feed is not copied: its views point into the bytes fed. So they
// live until the next feed() or reset(), and no longer than those bytes stay as they are.
//
// Owns: the pieces of a request that came in several, and the list of headers.
// Borrows: the limits.
// Limits: RequestLimits, as bytes arrive; memory grows with bytes received, never with those
// announced. Lines end with CR LF, and an empty line before a request is refused, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunk_reader.h"
#include "http/head_rules.h"
#include "http/head_scanner.h"
#include "http/read_error.h"
#include "http/request.h"
#include "http/request_limits.h"

namespace river::http {

enum class ReadStatus : std::uint8_t {
  incomplete,     // all bytes taken; feed more
  head_complete,  // the same, and request() is known but for its body. Once a request, and only if
                  // the body is not all in: the moment to write `100 Continue`, if it is expected
  complete,       // request() is whole; reset() before the next feed
  failed,         // error() says why; answer it and close, nothing can be read any more
};

class RequestReader {
 public:
  struct Result {
    ReadStatus status;
    std::size_t consumed;  // bytes behind these belong to the next request (or the new protocol)
  };

  explicit RequestReader(const RequestLimits& limits) : limits_(limits) {}
  explicit RequestReader(const RequestLimits&&) = delete;
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  [[nodiscard]] Result feed(std::string_view bytes);

  [[nodiscard]] const Request& request() const;  // after head_complete or complete
  [[nodiscard]] const ReadError& error() const;  // after failed
  // As much as came of a head that was not read to its end; `last_fed` went into the last feed.
  [[nodiscard]] std::string unread_head(std::string_view last_fed) const;
  // Which time limit runs: none of a request is there; its head has begun; its body is awaited.
  [[nodiscard]] bool started() const { return scanner_.started(); }
  [[nodiscard]] bool body_started() const { return phase_ == Phase::body; }

  // Makes ready for the next request; keeps small buffers for it.
  void reset();

 private:
  enum class Phase : std::uint8_t { head, body, complete, failed };

  [[nodiscard]] std::expected<std::size_t, ReadError> feed_head(std::string_view bytes);
  [[nodiscard]] std::expected<std::size_t, ReadError> feed_body(std::string_view bytes);
  [[nodiscard]] std::expected<void, ReadError> read_head(std::string_view head);
  void complete(std::string_view body);

  const RequestLimits& limits_;
  Request request_;
  std::vector<Header> headers_;
  std::string head_;  // empty while the head is in the bytes fed
  std::string body_;
  ReadError error_;
  HeadScanner scanner_;
  ChunkReader chunks_;
  BodyFraming framing_;
  Phase phase_ = Phase::head;
};

}  // namespace river::http
