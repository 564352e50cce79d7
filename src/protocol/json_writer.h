// Writes JSON onto the end of a string: fields in the order in which they are given.
//
//   JsonWriter json(out);
//   json.field("type", "ok");
//   json.number("id", 5);
//   json.end();                      // {"type":"ok","id":5}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_text.h"

namespace river::protocol {

void append_json_number(std::string& out, std::uint64_t number);

// One object, from its opening brace (at construction) to its closing one (end()).
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void text(std::string_view name, std::string_view value) {
    append_json_string(begin(name), value);
  }
  void number(std::string_view name, std::uint64_t value) {
    append_json_number(begin(name), value);
  }
  void flag(std::string_view name, bool value) { begin(name).append(value ? "true" : "false"); }

  // `value` is JSON already.
  void raw(std::string_view name, std::string_view value) { begin(name).append(value); }

  // An array: `write(item)` appends each one.
  template <typename Items, typename Write>
  void array(std::string_view name, const Items& items, Write write) {
    begin(name).push_back('[');
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_.push_back(',');
      first = false;
      write(item);
    }
    out_.push_back(']');
  }

  void end() { out_.push_back('}'); }

 private:
  // Names are River's own and need no escaping.
  std::string& begin(std::string_view name) {
    out_.append(first_ ? "{\"" : ",\"").append(name).append("\":");
    first_ = false;
    return out_;
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace river::protocol
