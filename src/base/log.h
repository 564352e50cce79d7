// Structured log: a short message that is the same every time, and fields that vary. Text on a
// terminal, one JSON object a line otherwise. Values are escaped and cut to 256 bytes, so that no
// peer can forge a line; secrets are never passed here. Thread-safe.
//
//   log_info("listening", {{"address", "127.0.0.1:8080"}, {"workers", 2}});
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace river {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { automatic, text, json };

struct LogField {
  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const std::string& text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, bool flag)
      : name(field_name), value(flag ? "true" : "false"), bare(true) {}
  template <typename Number>
    requires(std::integral<Number> || std::floating_point<Number>)
  LogField(std::string_view field_name, Number number)
      : name(field_name), value(fmt::format("{}", number)), bare(true) {}

  std::string_view name;
  std::string value;
  bool bare = false;  // a number or true/false: not quoted
};

using LogFields = std::initializer_list<LogField>;

// Call once, before threads start. Until then the log goes to stderr as text at level info.
void log_configure(LogLevel level, LogFormat format);

void log_write(LogLevel level, std::string_view message, LogFields fields);
[[nodiscard]] bool log_enabled(LogLevel level);

inline void log_debug(std::string_view message, LogFields fields = {}) {
  if (log_enabled(LogLevel::debug)) log_write(LogLevel::debug, message, fields);
}
inline void log_info(std::string_view message, LogFields fields = {}) {
  log_write(LogLevel::info, message, fields);
}
inline void log_warning(std::string_view message, LogFields fields = {}) {
  log_write(LogLevel::warning, message, fields);
}
inline void log_error(std::string_view message, LogFields fields = {}) {
  log_write(LogLevel::error, message, fields);
}

// The line without its end, as it would be written; `time` is its first field. For tests.
[[nodiscard]] std::string log_line(LogFormat format, std::string_view time, LogLevel level,
                                   std::string_view message, LogFields fields);

}  // namespace river
