#include "base/log.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <memory>

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <unistd.h>

#include "base/json_text.h"

namespace river {
namespace {

constexpr std::size_t value_bytes_max = 256;
constexpr std::string_view cut_mark = "…";

constexpr std::array<std::string_view, 5> level_names = {"debug", "info", "warning", "error",
                                                         "off"};

std::string_view name_of(LogLevel level) {
  return level_names[static_cast<std::size_t>(level)];
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// At most 256 bytes, the mark that something was cut among them.
std::string cut(std::string_view value) {
  if (value.size() <= value_bytes_max) return std::string(value);
  std::size_t end = value_bytes_max - cut_mark.size();
  for (int i = 0; i < 3 && is_continuation(value[end]); ++i) --end;
  return std::string(value.substr(0, end)).append(cut_mark);
}

// Not every number is one in JSON: `nan` and `inf` are quoted.
bool is_bare_json(std::string_view value) {
  return value == "true" || value == "false" ||
         (value.find_first_not_of("0123456789+-.e") == std::string_view::npos && !value.empty());
}

// In text, only what could be misread is quoted.
bool is_plain(std::string_view value) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:;/@#+*[]()<>%&?!~";
  return !value.empty() && value.find_first_not_of(plain) == std::string_view::npos;
}

std::string json_line(std::string_view time, LogLevel level, std::string_view message,
                      LogFields fields) {
  std::string line = "{\"time\":";
  append_readable_json_string(line, time);
  line.append(",\"level\":");
  append_readable_json_string(line, name_of(level));
  line.append(",\"message\":");
  append_readable_json_string(line, message);
  for (const LogField& field : fields) {
    line.push_back(',');
    append_readable_json_string(line, field.name);
    line.push_back(':');
    if (field.bare && is_bare_json(field.value)) {
      line.append(field.value);
    } else {
      append_readable_json_string(line, cut(field.value));
    }
  }
  line.push_back('}');
  return line;
}

std::string text_line(std::string_view time, LogLevel level, std::string_view message,
                      LogFields fields) {
  std::string line = fmt::format("{} {} ", time, name_of(level));
  append_readable(line, message);
  for (const LogField& field : fields) {
    line.push_back(' ');
    append_readable(line, field.name);
    line.push_back('=');
    const std::string value = cut(field.value);
    if (is_plain(value)) {
      line.append(value);
    } else {
      append_readable_json_string(line, value);
    }
  }
  return line;
}

// RFC 3339 in UTC, with milliseconds: 2026-01-31T12:00:00.000Z
std::string time_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto whole = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t seconds_since_1970 = std::chrono::system_clock::to_time_t(whole);
  std::tm utc{};
  gmtime_r(&seconds_since_1970, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     (now - whole).count());
}

// The line is made already; what is left is its end, and which part of a text has a colour.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string_view line(message.payload.data(), message.payload.size());
    out.append(line.data(), line.data() + line.size());
    out.push_back('\n');
    if (format_ == LogFormat::json) return;
    message.color_range_start = line.find(' ') + 1;
    message.color_range_end = line.find(' ', message.color_range_start);
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  LogFormat format_;
};

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

struct Log {
  spdlog::logger logger;
  LogFormat format;
};

std::unique_ptr<Log> make_log(LogLevel level, LogFormat format) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  const bool colorless = no_color != nullptr && *no_color != '\0';
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
      colorless || format == LogFormat::json ? spdlog::color_mode::never
                                             : spdlog::color_mode::automatic);
  auto log = std::make_unique<Log>(Log{spdlog::logger("river", std::move(sink)), format});
  log->logger.set_formatter(std::make_unique<LineFormatter>(format));
  log->logger.set_level(to_spdlog(level));
  return log;
}

std::unique_ptr<Log>& current_log() {
  // Never freed: threads may log while the process ends.
  static auto* log = new std::unique_ptr<Log>(make_log(LogLevel::info, LogFormat::text));
  return *log;
}

}  // namespace

void log_configure(LogLevel level, LogFormat format) {
  if (format == LogFormat::automatic) {
    format = isatty(STDERR_FILENO) == 1 ? LogFormat::text : LogFormat::json;
  }
  current_log() = make_log(level, format);
}

bool log_enabled(LogLevel level) {
  return current_log()->logger.should_log(to_spdlog(level));
}

void log_write(LogLevel level, std::string_view message, LogFields fields) {
  if (!log_enabled(level)) return;
  Log& log = *current_log();
  log.logger.log(to_spdlog(level), log_line(log.format, time_now(), level, message, fields));
}

std::string log_line(LogFormat format, std::string_view time, LogLevel level,
                     std::string_view message, LogFields fields) {
  return format == LogFormat::json ? json_line(time, level, message, fields)
                                   : text_line(time, level, message, fields);
}

}  // namespace river
