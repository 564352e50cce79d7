// JsonDocument: validates a JSON text, keeps its bytes, and hands out views on its parts.
//
// Owns: a copy of the text and the validator, both reused, so that nothing is allocated once they
// have grown to the usual size; and the texts of strings that had escapes, which are rare.
// Thread: any one. Views live until the next parse().
// Limits: limits::json_depth_max levels of nesting (an empty array or object is none).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include "protocol/json_value.h"

namespace river::protocol {

enum class JsonError : std::uint8_t {
  malformed,  // not one JSON value in UTF-8
  too_deep,   // nested over limits::json_depth_max levels
  bad_number  // malformed, or does not fit 64 bits as an integer or floating-point number
};

// What is wrong, as the end of a sentence about the text.
[[nodiscard]] std::string_view json_error_text(JsonError error);

class JsonDocument {
 public:
  JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  ~JsonDocument();

  [[nodiscard]] std::expected<JsonValue, JsonError> parse(std::string_view text);

  // The text of a JSON string of this document, unescaped.
  [[nodiscard]] std::string_view text_of(JsonValue string);

  // Finds the members of `object` that are called one of `names`; `values` gets one each, absent
  // where there is none. Returns the first of the names that is given twice, or "".
  [[nodiscard]] std::string_view find_members(JsonValue object,
                                              std::span<const std::string_view> names,
                                              std::span<JsonValue> values);

 private:
  // As text_of(), until the next call of it: peers may send any number of unknown names.
  [[nodiscard]] std::string_view name_of(JsonValue string);

  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace river::protocol
