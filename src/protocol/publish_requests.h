// What a backend asks for in the body of an HTTP call. Texts are views: see PublishRequestParser.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/connection_id.h"
#include "protocol/errors.h"

namespace river::protocol {

struct RequestError {
  ErrorCode code = ErrorCode::invalid_json;
  std::string param;    // the field at fault; empty: the body as a whole
  std::string message;  // what was expected
};

struct PublishRequest {
  std::span<const std::string_view> channels;  // at least one
  std::string_view event;
  std::string_view data;     // valid JSON, byte for byte as it came
  std::string_view id;       // empty: none; else published once in five minutes
  ConnectionId exclude = 0;  // this client is spared its own echo; 0: none
};

// A message of a batch, or why it can't be published.
using BatchMessage = std::expected<PublishRequest, RequestError>;

struct UserPublishRequest {
  std::string_view event;
  std::string_view data;
};

struct UserDisconnectRequest {
  bool revoke = false;  // refuse the tokens that the user has until they expire
};

}  // namespace river::protocol
