#include "protocol/publish_request_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/channel_name.h"

namespace river::protocol {
namespace {

// Reads the fields of one JSON object. The first fault is kept, and what is read after it is never
// used.
class RequestReader {
 public:
  explicit RequestReader(JsonDocument& document) : document_(document) {}

  // `names` outlives the reader.
  void open(JsonValue object, std::span<const std::string_view> names) {
    names_ = names;
    if (object.type() != JsonType::object) {
      return fail(ErrorCode::invalid_type, {}, "expected a JSON object");
    }
    const std::string_view twice =
        document_.find_members(object, names, std::span(values_).first(names.size()));
    if (!twice.empty()) fail(ErrorCode::invalid_json, twice, "the field is given twice");
  }

  [[nodiscard]] JsonValue field(std::string_view name) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return values_[i];
    }
    return {};
  }

  std::string_view channel(JsonValue value, std::string_view param) {
    const std::string_view channel = text(value, param);
    if (!valid_channel(channel)) fail(ErrorCode::invalid_channel, param);
    return channel;
  }

  std::string_view event(std::string_view param) {
    const std::string_view event = required_text(param);
    if (!valid_event(event)) fail(ErrorCode::invalid_event, param);
    return event;
  }

  std::string_view data(std::size_t bytes_max) {
    const std::string_view data = required("data").raw();
    if (data.size() > bytes_max) {
      fail(ErrorCode::data_too_large, "data",
           fmt::format("\"data\" has {} bytes, at most {} are taken", data.size(), bytes_max));
    }
    return data;
  }

  // "" if it is absent.
  std::string_view publication_id() {
    if (!field("id")) return {};
    const std::string_view id = text(field("id"), "id");
    if (id.empty() || id.size() > limits::publication_id_bytes_max) {
      fail(ErrorCode::invalid_value, "id",
           fmt::format("expected 1 to {} bytes", limits::publication_id_bytes_max));
    }
    return id;
  }

  ConnectionId exclude() {
    if (!field("exclude")) return 0;
    const ConnectionId exclude = parse_connection_id(text(field("exclude"), "exclude"));
    if (exclude == 0) {
      fail(ErrorCode::invalid_value, "exclude",
           "expected the \"connection\" that the client got in its welcome");
    }
    return exclude;
  }

  bool flag(std::string_view param) {
    const JsonValue value = field(param);
    if (value && value.type() != JsonType::boolean) {
      fail(ErrorCode::invalid_type, param, "expected true or false");
    }
    return value.raw() == "true";
  }

  JsonValue required(std::string_view param) {
    const JsonValue value = field(param);
    if (!value) {
      fail(ErrorCode::missing_field, param, fmt::format("the field \"{}\" is missing", param));
    }
    return value;
  }

  void fail(ErrorCode code, std::string_view param, std::string message = {}) {
    if (error_) return;
    if (message.empty()) message = error_info(code).message;
    error_ = RequestError{code, std::string(param), std::move(message)};
  }

  // The result, unless something was wrong.
  template <typename Request>
  [[nodiscard]] std::expected<Request, RequestError> finish(Request request) {
    if (error_) return std::unexpected(std::move(*error_));
    return request;
  }

 private:
  std::string_view required_text(std::string_view param) { return text(required(param), param); }

  std::string_view text(JsonValue value, std::string_view param) {
    if (value.type() == JsonType::string) return document_.text_of(value);
    fail(ErrorCode::invalid_type, param, "expected a string");
    return {};
  }

  JsonDocument& document_;
  std::span<const std::string_view> names_;
  std::array<JsonValue, 8> values_;
  std::optional<RequestError> error_;
};

constexpr std::array<std::string_view, 3> short_names{"channel", "eventName", "data"};
constexpr std::array<std::string_view, 6> publish_names{"channel", "channels", "event",
                                                        "data",    "id",       "exclude"};
constexpr std::array<std::string_view, 1> batch_names{"messages"};
constexpr std::array<std::string_view, 2> user_publish_names{"event", "data"};
constexpr std::array<std::string_view, 1> user_disconnect_names{"revoke"};

std::string too_many_channels() {
  return fmt::format("expected at most {} channels in a message and {} in a batch",
                     limits::publish_channels_max, limits::publish_batch_max);
}

bool full(const std::vector<std::string_view>& channels) {
  return channels.size() == limits::publish_batch_max;
}

void read_channel(RequestReader& reader, std::string_view param,
                  std::vector<std::string_view>& out) {
  if (full(out)) return reader.fail(ErrorCode::too_many, param, too_many_channels());
  out.push_back(reader.channel(reader.required(param), param));
}

// Appends the channels of `channels`, an array.
void read_channels(RequestReader& reader, JsonValue channels, std::vector<std::string_view>& out) {
  if (channels.type() != JsonType::array) {
    return reader.fail(ErrorCode::invalid_type, "channels", "expected an array of channels");
  }
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  std::size_t count = 0;
  for (JsonCursor cursor(channels); cursor.next(); ++count) {
    if (count == limits::publish_channels_max || full(out)) {
      return reader.fail(ErrorCode::too_many, "channels", too_many_channels());
    }
    const std::string_view channel = reader.channel(cursor.value(), "channels");
    // A mistake of the publisher's: without an id the event would be there twice.
    if (std::find(out.begin() + first, out.end(), channel) != out.end()) {
      reader.fail(ErrorCode::invalid_value, "channels", "a channel is named twice");
    }
    out.push_back(channel);
  }
  if (count == 0) reader.fail(ErrorCode::missing_field, "channels", "expected at least one");
}

// The form of /v1/publish, which is also that of a message in a batch.
BatchMessage read_publish(JsonDocument& document, JsonValue object, std::size_t data_bytes_max,
                          std::vector<std::string_view>& channels) {
  RequestReader reader(document);
  reader.open(object, publish_names);
  const std::size_t first_channel = channels.size();
  if (!reader.field("channels")) {
    read_channel(reader, "channel", channels);
  } else if (reader.field("channel")) {
    reader.fail(ErrorCode::invalid_value, "channels", "give \"channel\" or \"channels\", not both");
  } else {
    read_channels(reader, reader.field("channels"), channels);
  }
  PublishRequest request;
  request.channels = std::span(channels).subspan(first_channel);
  request.event = reader.event("event");
  request.data = reader.data(data_bytes_max);
  request.id = reader.publication_id();
  request.exclude = reader.exclude();
  return reader.finish(request);
}

}  // namespace

PublishRequestParser::PublishRequestParser(std::size_t data_bytes_max)
    : data_bytes_max_(data_bytes_max) {
  // Requests hold spans of it, so it must not move.
  channels_.reserve(limits::publish_batch_max);
}

std::expected<JsonValue, RequestError> PublishRequestParser::parse_body(std::string_view body) {
  channels_.clear();
  messages_.clear();
  const auto json = document_.parse(body);
  if (json) return *json;
  return std::unexpected(
      RequestError{ErrorCode::invalid_json, "",
                   fmt::format("the body can't be read: {}", json_error_text(json.error()))});
}

std::expected<PublishRequest, RequestError> PublishRequestParser::parse_short(
    std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  RequestReader reader(document_);
  reader.open(*json, short_names);
  read_channel(reader, "channel", channels_);
  PublishRequest request;
  request.channels = channels_;
  request.event = reader.event("eventName");
  request.data = reader.data(data_bytes_max_);
  return reader.finish(request);
}

std::expected<PublishRequest, RequestError> PublishRequestParser::parse_publish(
    std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  return read_publish(document_, *json, data_bytes_max_, channels_);
}

std::expected<std::span<const BatchMessage>, RequestError> PublishRequestParser::parse_batch(
    std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  RequestReader reader(document_);
  reader.open(*json, batch_names);
  const JsonValue list = reader.required("messages");
  if (list.type() != JsonType::array) {
    reader.fail(ErrorCode::invalid_type, "messages", "expected an array of messages");
    return reader.finish(std::span<const BatchMessage>());
  }
  for (JsonCursor cursor(list); cursor.next();) {
    if (messages_.size() == limits::publish_batch_max) {
      reader.fail(ErrorCode::too_many, "messages",
                  fmt::format("expected at most {} messages", limits::publish_batch_max));
      break;
    }
    messages_.push_back(read_publish(document_, cursor.value(), data_bytes_max_, channels_));
  }
  if (messages_.empty()) reader.fail(ErrorCode::missing_field, "messages", "expected at least one");
  return reader.finish(std::span<const BatchMessage>(messages_));
}

std::expected<UserPublishRequest, RequestError> PublishRequestParser::parse_user_publish(
    std::string_view body) {
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  RequestReader reader(document_);
  reader.open(*json, user_publish_names);
  const UserPublishRequest request{reader.event("event"), reader.data(data_bytes_max_)};
  return reader.finish(request);
}

std::expected<UserDisconnectRequest, RequestError> PublishRequestParser::parse_user_disconnect(
    std::string_view body) {
  if (body.empty()) return UserDisconnectRequest{};
  const auto json = parse_body(body);
  if (!json) return std::unexpected(json.error());
  RequestReader reader(document_);
  reader.open(*json, user_disconnect_names);
  const UserDisconnectRequest request{reader.flag("revoke")};
  return reader.finish(request);
}

}  // namespace river::protocol
