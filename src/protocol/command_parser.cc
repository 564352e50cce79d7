#include "protocol/command_parser.h"

#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/channel_name.h"

namespace river::protocol {
namespace {

constexpr std::uint64_t safe_integer_max = (std::uint64_t{1} << 53) - 1;

enum class Field : std::uint8_t {
  type,
  id,
  token,
  channel,
  since,
  rewind,
  event,
  data,
  publication_id,
  limit,
  before,
  after,
  count
};
constexpr auto field_count = static_cast<std::size_t>(Field::count);

constexpr std::array<std::string_view, field_count> field_names{
    "type",  "id",   "token",          "channel", "since",  "rewind",
    "event", "data", "publication_id", "limit",   "before", "after"};

std::string_view name_of(Field field) {
  return field_names[static_cast<std::size_t>(field)];
}

// Reads one message. The first fault is kept, and what is read after it is never used.
class CommandReader {
 public:
  CommandReader(JsonDocument& document, std::size_t data_bytes_max)
      : document_(document), data_bytes_max_(data_bytes_max) {}

  [[nodiscard]] std::expected<Command, CommandError> read(std::string_view payload) {
    Command command = read_command(payload);
    if (failed_) return std::unexpected(std::move(error_));
    return command;
  }

 private:
  Command read_command(std::string_view payload) {
    const auto json = document_.parse(payload);
    if (!json) return violation(fmt::format("not a command: {}", json_error_text(json.error())));
    if (json->type() != JsonType::object) {
      return violation("not a command: it must be a JSON object");
    }
    const std::string_view twice = document_.find_members(*json, field_names, fields_);
    if (!twice.empty()) return violation(fmt::format("\"{}\" is given twice", twice));
    read_id();
    return read_by_type(required_text(Field::type));
  }

  Command read_by_type(std::string_view type) {
    if (type == "publish") return read_publish();
    if (type == "pong") return Pong{};
    if (type == "ping") return Ping{};
    if (type == "subscribe") return read_subscribe();
    if (type == "unsubscribe") return Unsubscribe{id_, read_channel()};
    if (type == "auth") return Auth{id_, required_text(Field::token)};
    if (type == "history") return read_history();
    if (type == "presence") return read_presence();
    return violation(
        "\"type\" must be auth, subscribe, unsubscribe, publish, history, presence, ping or pong");
  }

  Subscribe read_subscribe() {
    Subscribe command;
    command.id = id_;
    command.channel = read_channel();
    command.since = read_since();
    if (field(Field::rewind)) command.rewind = read_count(Field::rewind, limits::history_page_max);
    if (command.since && command.rewind) {
      refuse(ErrorCode::invalid_value, "give \"since\" or \"rewind\", not both");
    }
    return command;
  }

  Publish read_publish() {
    Publish command;
    command.id = id_;
    command.channel = read_channel();
    command.event = required_text(Field::event);
    if (!valid_event(command.event)) refuse(ErrorCode::invalid_event);
    if (!field(Field::data)) violation("\"data\" is missing");
    command.data = field(Field::data).raw();
    if (command.data.size() > data_bytes_max_) {
      refuse(ErrorCode::data_too_large, fmt::format("\"data\" has {} bytes, at most {} are taken",
                                                    command.data.size(), data_bytes_max_));
    }
    command.publication_id = optional_text(Field::publication_id);
    if (field(Field::publication_id) &&
        (command.publication_id.empty() ||
         command.publication_id.size() > limits::publication_id_bytes_max)) {
      refuse(ErrorCode::invalid_value, fmt::format("\"publication_id\" must have 1 to {} bytes",
                                                   limits::publication_id_bytes_max));
    }
    return command;
  }

  History read_history() {
    History command;
    command.id = id_;
    command.channel = read_channel();
    if (field(Field::limit)) command.limit = read_count(Field::limit, limits::history_page_max);
    if (field(Field::before)) command.before = read_number(Field::before, 0, safe_integer_max);
    return command;
  }

  Presence read_presence() {
    Presence command;
    command.id = id_;
    command.channel = read_channel();
    if (field(Field::limit)) command.limit = read_count(Field::limit, limits::members_listed_max);
    command.after = optional_text(Field::after);
    if (command.after.size() > limits::user_bytes_max) {
      refuse(ErrorCode::invalid_value,
             fmt::format("\"after\" must have at most {} bytes", limits::user_bytes_max));
    }
    return command;
  }

  // An answer is not possible without a usable id, so a wrong one is a violation.
  void read_id() {
    if (!field(Field::id)) return;
    id_ = field(Field::id).unsigned_integer(safe_integer_max);
    if (!id_) violation("\"id\" must be an integer from 0 to 2^53 - 1");
  }

  std::string_view read_channel() {
    const std::string_view channel = required_text(Field::channel);
    if (!valid_channel(channel)) refuse(ErrorCode::invalid_channel);
    return channel;
  }

  std::optional<Position> read_since() {
    const JsonValue since = field(Field::since);
    if (!since) return std::nullopt;
    constexpr std::array<std::string_view, 2> names{"epoch", "offset"};
    std::array<JsonValue, 2> values;
    const bool whole = since.type() == JsonType::object &&
                       document_.find_members(since, names, values).empty() &&
                       values[0].type() == JsonType::string && values[1].type() == JsonType::number;
    if (!whole) {
      violation(R"("since" must be {"epoch": string, "offset": number})");
      return std::nullopt;
    }
    const std::string_view epoch = document_.text_of(values[0]);
    const auto offset = values[1].unsigned_integer(safe_integer_max);
    if (epoch.size() > limits::epoch_bytes_max || !offset) {
      refuse(ErrorCode::invalid_value, "\"since\" is not a position that this server gave");
      return std::nullopt;
    }
    return Position{parse_epoch(epoch), *offset};
  }

  std::optional<std::uint64_t> read_number(Field field_name, std::uint64_t min, std::uint64_t max) {
    const JsonValue value = field(field_name);
    if (value.type() != JsonType::number) {
      violation(fmt::format("\"{}\" must be a number", name_of(field_name)));
      return std::nullopt;
    }
    const auto number = value.unsigned_integer(max);
    if (!number || *number < min) {
      refuse(ErrorCode::invalid_value,
             fmt::format("\"{}\" must be an integer from {} to {}", name_of(field_name), min, max));
    }
    return number;
  }

  std::uint32_t read_count(Field field_name, std::uint64_t max) {
    return static_cast<std::uint32_t>(read_number(field_name, 1, max).value_or(0));
  }

  std::string_view required_text(Field field_name) {
    if (!field(field_name)) violation(fmt::format("\"{}\" is missing", name_of(field_name)));
    return optional_text(field_name);
  }

  // "" if it is absent.
  std::string_view optional_text(Field field_name) {
    const JsonValue value = field(field_name);
    if (!value) return {};
    if (value.type() != JsonType::string) {
      violation(fmt::format("\"{}\" must be a string", name_of(field_name)));
      return {};
    }
    return document_.text_of(value);
  }

  [[nodiscard]] JsonValue field(Field field_name) const {
    return fields_[static_cast<std::size_t>(field_name)];
  }

  Command violation(std::string message) {
    fail({true, ErrorCode::invalid_message, id_, std::move(message)});
    return Ping{};
  }

  void refuse(ErrorCode code, std::string message = {}) {
    if (message.empty()) message = error_info(code).message;
    fail({false, code, id_, std::move(message)});
  }

  void fail(CommandError error) {
    if (!failed_) error_ = std::move(error);
    failed_ = true;
  }

  JsonDocument& document_;
  std::size_t data_bytes_max_;
  std::array<JsonValue, field_count> fields_;
  CommandId id_;
  bool failed_ = false;
  CommandError error_;
};

}  // namespace

std::expected<Command, CommandError> CommandParser::parse(std::string_view payload) {
  return CommandReader(document_, data_bytes_max_).read(payload);
}

}  // namespace river::protocol
