// JsonValue: a value inside a JSON text that has been found valid (JsonDocument), as the exact
// bytes it came in. Nothing is built: members are walked in place. No recursion, no allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace river::protocol {

enum class JsonType : std::uint8_t { absent, null, boolean, number, string, array, object };

class JsonValue {
 public:
  JsonValue() = default;  // absent
  explicit JsonValue(std::string_view raw) : raw_(raw) {}

  [[nodiscard]] std::string_view raw() const { return raw_; }
  [[nodiscard]] JsonType type() const;
  [[nodiscard]] explicit operator bool() const { return !raw_.empty(); }

  // Without value if the number is negative, has a fraction or an exponent, or is over `max`.
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer(std::uint64_t max) const;

 private:
  std::string_view raw_;
};

// Walks the elements of an array or the members of an object:
//   for (JsonCursor cursor(value); cursor.next();) use(cursor.name(), cursor.value());
class JsonCursor {
 public:
  explicit JsonCursor(JsonValue container);

  [[nodiscard]] bool next();
  [[nodiscard]] JsonValue name() const { return name_; }  // a string; absent in an array
  [[nodiscard]] JsonValue value() const { return value_; }

 private:
  void skip_space();
  [[nodiscard]] JsonValue take_value();

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool members_ = false;
  JsonValue name_;
  JsonValue value_;
};

// Appends the text of a JSON string, unescaped, to `out`.
void append_json_text(std::string& out, JsonValue string);

}  // namespace river::protocol
