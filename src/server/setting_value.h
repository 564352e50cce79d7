// Values of settings: from what was written to what is meant, and back. One pair of overloads for
// each type that a setting may have; which one a setting uses follows from its member in Config.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config.h"

namespace river::server {

// From the environment or a flag: it may stand for any type.
struct PlainText {
  std::string text;
};
// What TOML can say but no setting takes: a date, a fraction, a list of lists.
struct OtherValue {};
// `[limits]` with nothing below it.
struct EmptyTable {};

// A value as it was written, before anybody knows what it should be.
using RawValue = std::variant<PlainText, std::string, std::int64_t, bool, std::vector<std::string>,
                              EmptyTable, OtherValue>;

// In the setting's own unit: how many, bytes, or milliseconds.
struct Range {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// Either the value was right and is set, or the error says what was expected: "a size up to 1MiB".
using ReadResult = std::expected<void, std::string>;

ReadResult read_value(const RawValue& raw, Range range, bool& value);
ReadResult read_value(const RawValue& raw, Range range, std::uint32_t& value);  // how many
ReadResult read_value(const RawValue& raw, Range range, std::size_t& value);    // bytes
ReadResult read_value(const RawValue& raw, Range range, milliseconds& value);
ReadResult read_value(const RawValue& raw, Range range, seconds& value);
ReadResult read_value(const RawValue& raw, Range range, std::string& value);
ReadResult read_value(const RawValue& raw, Range range, std::vector<std::string>& value);
ReadResult read_value(const RawValue& raw, Range range, std::vector<ListenAddress>& value);
ReadResult read_value(const RawValue& raw, Range range, http::OriginList& value);
ReadResult read_value(const RawValue& raw, Range range, transport::TrustedProxies& value);
ReadResult read_value(const RawValue& raw, Range range, LogLevel& value);
ReadResult read_value(const RawValue& raw, Range range, LogFormat& value);
ReadResult read_value(const RawValue& raw, Range range, net::SendBatchKind& value);

// As it could be written again; nothing for an empty text or list.
[[nodiscard]] std::string show_value(bool value);
[[nodiscard]] std::string show_value(std::uint32_t value);
[[nodiscard]] std::string show_value(std::size_t value);
[[nodiscard]] std::string show_value(milliseconds value);
[[nodiscard]] std::string show_value(seconds value);
[[nodiscard]] std::string show_value(const std::string& value);
[[nodiscard]] std::string show_value(const std::vector<std::string>& value);
[[nodiscard]] std::string show_value(const std::vector<ListenAddress>& value);
[[nodiscard]] std::string show_value(const http::OriginList& value);
[[nodiscard]] std::string show_value(const transport::TrustedProxies& value);
[[nodiscard]] std::string show_value(LogLevel value);
[[nodiscard]] std::string show_value(LogFormat value);
[[nodiscard]] std::string show_value(net::SendBatchKind value);

template <typename T>
ReadResult read_value(const RawValue& raw, Range range, std::optional<T>& value) {
  return read_value(raw, range, value.emplace());
}
template <typename T>
std::string show_value(const std::optional<T>& value) {
  return value ? show_value(*value) : "";
}

// For messages: `"abc"`, `12`, `a list`.
[[nodiscard]] std::string describe(const RawValue& raw);

// `15` (seconds), `15s`, `500ms`, `5m`, `1h`, `30d`
[[nodiscard]] std::optional<milliseconds> parse_duration(std::string_view text);
// `65536`, `64KiB`, `1MiB`, `2GiB`
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`
[[nodiscard]] std::optional<ListenAddress> parse_address(std::string_view text);

}  // namespace river::server
