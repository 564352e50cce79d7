#include "protocol/json_document.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <new>
#include <string>
#include <vector>

#include <simdjson.h>

#include "base/assert.h"
#include "base/limits.h"

namespace river::protocol {
namespace {

JsonError to_json_error(simdjson::error_code error) {
  switch (error) {
    case simdjson::DEPTH_ERROR:
      return JsonError::too_deep;
    case simdjson::NUMBER_ERROR:
      return JsonError::bad_number;
    case simdjson::MEMALLOC:
      throw std::bad_alloc();
    default:
      return JsonError::malformed;
  }
}

std::string_view inside_quotes(JsonValue string) {
  return string.raw().substr(1, string.raw().size() - 2);
}

bool has_escapes(JsonValue string) {
  return string.raw().find('\\') != std::string_view::npos;
}

}  // namespace

std::string_view json_error_text(JsonError error) {
  static_assert(limits::json_depth_max == 64, "named in the text below");
  switch (error) {
    case JsonError::malformed:
      return "it is not valid JSON in UTF-8";
    case JsonError::too_deep:
      return "its JSON is nested deeper than 64 levels";
    case JsonError::bad_number:
      return "it has a number that is malformed or does not fit 64 bits";
  }
  return {};
}

// The copy is followed by padding, over which simdjson reads (but does not use).
struct JsonDocument::Memory {
  simdjson::dom::parser validator;
  std::vector<char> text;
  std::deque<std::string> unescaped;  // a deque, as views on its strings must stay
  std::string name;
};

JsonDocument::JsonDocument() : memory_(std::make_unique<Memory>()) {
  // The validator counts the text itself as a level.
  const auto error = memory_->validator.allocate(limits::kib, limits::json_depth_max + 1);
  if (error != simdjson::SUCCESS) throw std::bad_alloc();
}

JsonDocument::~JsonDocument() = default;

std::expected<JsonValue, JsonError> JsonDocument::parse(std::string_view text) {
  std::vector<char>& copy = memory_->text;
  if (copy.size() < text.size() + simdjson::SIMDJSON_PADDING) {
    copy.resize(text.size() + simdjson::SIMDJSON_PADDING);
  }
  std::copy(text.begin(), text.end(), copy.begin());
  std::memset(copy.data() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  memory_->unescaped.clear();

  const auto error = memory_->validator.parse(copy.data(), text.size(), false).error();
  if (error != simdjson::SUCCESS) return std::unexpected(to_json_error(error));

  std::string_view value(copy.data(), text.size());
  constexpr std::string_view space = " \t\r\n";
  value.remove_prefix(value.find_first_not_of(space));
  value.remove_suffix(value.size() - 1 - value.find_last_not_of(space));
  return JsonValue(value);
}

std::string_view JsonDocument::text_of(JsonValue string) {
  RIVER_ASSERT(string.type() == JsonType::string);
  if (!has_escapes(string)) return inside_quotes(string);
  append_json_text(memory_->unescaped.emplace_back(), string);
  return memory_->unescaped.back();
}

std::string_view JsonDocument::name_of(JsonValue string) {
  if (!has_escapes(string)) return inside_quotes(string);
  memory_->name.clear();
  append_json_text(memory_->name, string);
  return memory_->name;
}

std::string_view JsonDocument::find_members(JsonValue object,
                                            std::span<const std::string_view> names,
                                            std::span<JsonValue> values) {
  RIVER_ASSERT(names.size() == values.size());
  std::fill(values.begin(), values.end(), JsonValue());
  for (JsonCursor cursor(object); cursor.next();) {
    const auto name = std::find(names.begin(), names.end(), name_of(cursor.name()));
    if (name == names.end()) continue;
    JsonValue& value = values[static_cast<std::size_t>(name - names.begin())];
    if (value) return *name;
    value = cursor.value();
  }
  return {};
}

}  // namespace river::protocol
