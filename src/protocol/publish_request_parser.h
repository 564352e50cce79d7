// PublishRequestParser: body of an HTTP call → what the backend asks for.
//
// Validates and treats keys as CommandParser does. The first fault found is reported.
//
// Owns: a copy of the last body, and memory that it reuses; one parser serves a whole loop.
// Thread: any one. Views and spans in a result live until the next parse.
// Limits: limits::publish_channels_max channels a message; limits::publish_batch_max messages a
// batch, and as many publications (a message counts once a channel).
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "protocol/json_document.h"
#include "protocol/publish_requests.h"

namespace river::protocol {

class PublishRequestParser {
 public:
  explicit PublishRequestParser(std::size_t data_bytes_max = limits::data_bytes_max);

  // POST /publish: {channel, eventName, data}
  [[nodiscard]] std::expected<PublishRequest, RequestError> parse_short(std::string_view body);

  // POST /v1/publish: {channel | channels[], event, data, id?, exclude?}
  [[nodiscard]] std::expected<PublishRequest, RequestError> parse_publish(std::string_view body);

  // POST /v1/publish/batch: {messages: [as above, …]}. The outer error is for all of them.
  [[nodiscard]] std::expected<std::span<const BatchMessage>, RequestError> parse_batch(
      std::string_view body);

  // POST /v1/users/{id}/publish: {event, data}
  [[nodiscard]] std::expected<UserPublishRequest, RequestError> parse_user_publish(
      std::string_view body);

  // POST /v1/users/{id}/disconnect: {revoke?} or an empty body
  [[nodiscard]] std::expected<UserDisconnectRequest, RequestError> parse_user_disconnect(
      std::string_view body);

 private:
  [[nodiscard]] std::expected<JsonValue, RequestError> parse_body(std::string_view body);

  std::size_t data_bytes_max_;
  JsonDocument document_;
  std::vector<std::string_view> channels_;  // of all messages; never grows past its reserve
  std::vector<BatchMessage> messages_;
};

}  // namespace river::protocol
