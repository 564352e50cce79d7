// CommandParser: payload of a client's message → Command.
//
// The whole payload is validated first: grammar, UTF-8, depth, numbers. Keys that River does not
// know are ignored, so that newer clients can talk to older servers; a known key given twice is
// refused, because two readers could take different ones for true.
//
// Owns: a copy of the last payload, and memory that it reuses; one parser serves a whole loop.
// Thread: any one. Views in a command live until the next parse().
// Limits: limits::json_depth_max; the caller has checked the payload's size.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "protocol/commands.h"
#include "protocol/errors.h"
#include "protocol/json_document.h"

namespace river::protocol {

struct CommandError {
  // The client does not speak the protocol: close with 4400 and `message`, which is plain ASCII
  // and fits into a close frame. Otherwise answer with an `error` message and go on.
  bool violation = false;
  ErrorCode code = ErrorCode::invalid_message;
  CommandId id;
  std::string message;
};

class CommandParser {
 public:
  explicit CommandParser(std::size_t data_bytes_max = limits::data_bytes_max)
      : data_bytes_max_(data_bytes_max) {}

  [[nodiscard]] std::expected<Command, CommandError> parse(std::string_view payload);

 private:
  std::size_t data_bytes_max_;
  JsonDocument document_;
};

}  // namespace river::protocol
