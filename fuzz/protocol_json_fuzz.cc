// The protocol's JSON from peers: no input may crash the parsers; what they hand on is valid; and
// what is written with it can be read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "protocol/close_codes.h"
#include "protocol/command_parser.h"
#include "protocol/events.h"
#include "protocol/json_document.h"
#include "protocol/json_writer.h"
#include "protocol/publish_request_parser.h"
#include "protocol/sse_events.h"

namespace {

using river::append_json_string;
using river::protocol::append_error;
using river::protocol::append_event;
using river::protocol::append_sse_event;
using river::protocol::BatchMessage;
using river::protocol::close_reason_bytes_max;
using river::protocol::CommandError;
using river::protocol::CommandParser;
using river::protocol::JsonCursor;
using river::protocol::JsonDocument;
using river::protocol::JsonType;
using river::protocol::Publish;
using river::protocol::PublishRequestParser;

void check_json(std::string_view json) {
  static JsonDocument document;
  const auto value = document.parse(json);
  RIVER_ASSERT(value);
  RIVER_ASSERT(value->raw() == json);
}

// Every string comes back from its own escaping, and every value is valid JSON by itself.
void check_values(std::string_view input) {
  static JsonDocument document;
  const auto json = document.parse(input);
  if (!json) return;
  check_json(json->raw());
  if (json->type() != JsonType::object && json->type() != JsonType::array) return;
  for (JsonCursor cursor(*json); cursor.next();) {
    check_json(cursor.value().raw());
    if (json->type() == JsonType::object) check_json(cursor.name().raw());
    if (cursor.value().type() != JsonType::string) continue;
    const std::string_view text = document.text_of(cursor.value());
    std::string again;
    append_json_string(again, text);
    static JsonDocument other;
    const auto copy = other.parse(again);
    RIVER_ASSERT(copy);
    RIVER_ASSERT(other.text_of(*copy) == text);
  }
}

void check_event(std::string_view channel, std::string_view event, std::string_view data) {
  check_json(data);
  std::string written;
  append_event(written, {channel, event, data, 1});
  check_json(written);
  std::string stream;
  append_sse_event(stream, written);
  RIVER_ASSERT(stream.find("\n\n") == stream.size() - 2);
}

void check_command(std::string_view input) {
  static CommandParser parser;
  const auto command = parser.parse(input);
  if (!command) {
    const CommandError& error = command.error();
    RIVER_ASSERT(!error.violation || error.message.size() <= close_reason_bytes_max);
    std::string answer;
    append_error(answer, error.id, error.code, error.message);
    return check_json(answer);
  }
  if (const auto* publish = std::get_if<Publish>(&*command)) {
    check_event(publish->channel, publish->event, publish->data);
  }
}

void check_request(const BatchMessage& message) {
  if (!message) return;
  RIVER_ASSERT(!message->channels.empty());
  for (const std::string_view channel : message->channels) {
    check_event(channel, message->event, message->data);
  }
}

void check_requests(std::string_view input) {
  static PublishRequestParser parser;
  check_request(parser.parse_short(input));
  check_request(parser.parse_publish(input));
  if (const auto batch = parser.parse_batch(input)) {
    for (const BatchMessage& message : *batch) check_request(message);
  }
  if (const auto request = parser.parse_user_publish(input)) {
    check_event("", request->event, request->data);
  }
  static_cast<void>(parser.parse_user_disconnect(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  check_values(input);
  check_command(input);
  check_requests(input);
  return 0;
}
