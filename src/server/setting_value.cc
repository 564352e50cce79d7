#include "server/setting_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/trim.h"

namespace river::server {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t amount;
};

// Largest first, so that 90s is shown as such and 120s as 2m.
constexpr std::array<Unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> size_units = {
    {{"GiB", 1LL << 30U}, {"MiB", 1LL << 20U}, {"KiB", 1LL << 10U}, {"B", 1}}};

template <typename Enum>
struct Name {
  std::string_view name;
  Enum value;
};

constexpr std::array<Name<LogLevel>, 5> log_levels = {{{"debug", LogLevel::debug},
                                                       {"info", LogLevel::info},
                                                       {"warning", LogLevel::warning},
                                                       {"error", LogLevel::error},
                                                       {"off", LogLevel::off}}};
constexpr std::array<Name<LogFormat>, 3> log_formats = {
    {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<Name<net::SendBatchKind>, 3> send_batches = {
    {{"auto", net::SendBatchKind::automatic},
     {"sendmsg", net::SendBatchKind::sendmsg},
     {"io_uring", net::SendBatchKind::io_uring}}};

// The text of a string, wherever it was written.
std::optional<std::string_view> text_of(const RawValue& raw) {
  if (const auto* plain = std::get_if<PlainText>(&raw)) return plain->text;
  if (const auto* text = std::get_if<std::string>(&raw)) return *text;
  return std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view digits) {
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return number;
}

// `<digits><unit>`; without a unit each counts `bare`.
std::optional<std::int64_t> parse_amount(std::string_view text, std::span<const Unit> units,
                                         std::int64_t bare) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> number = parse_whole(text.substr(0, end));
  const std::string_view suffix = text.substr(end);
  const auto unit = std::ranges::find(units, suffix, &Unit::name);
  if (!number || (!suffix.empty() && unit == units.end())) return std::nullopt;
  const std::int64_t amount = suffix.empty() ? bare : unit->amount;
  if (*number > std::numeric_limits<std::int64_t>::max() / amount) return std::nullopt;
  return *number * amount;
}

std::string show_amount(std::int64_t amount, std::span<const Unit> units) {
  if (amount == 0) return fmt::format("0{}", units.back().name);
  const auto fits = [amount](const Unit& unit) { return amount % unit.amount == 0; };
  const Unit& unit = *std::ranges::find_if(units, fits);
  return fmt::format("{}{}", amount / unit.amount, unit.name);
}

std::string show_duration(std::int64_t amount) {
  return amount == 0 ? "0s" : show_amount(amount, duration_units);
}

// "a size from 1KiB to 64MiB, such as 64KiB"
template <typename Show>
std::string expectation(std::string_view what, Range range, std::string_view examples, Show show) {
  std::string text(what);
  const bool open_end = range.max == Range{}.max;
  if (range.min > 0 && open_end) text += fmt::format(" of {} or more", show(range.min));
  if (range.min > 0 && !open_end) {
    text += fmt::format(" from {} to {}", show(range.min), show(range.max));
  }
  if (range.min == 0 && !open_end) text += fmt::format(" up to {}", show(range.max));
  return text.append(examples);
}

// A number in a file, or a text that `parse` understands, within the range.
template <typename Parse>
std::optional<std::int64_t> read_amount(const RawValue& raw, Range range, std::int64_t bare,
                                        Parse parse) {
  std::optional<std::int64_t> amount;
  if (const auto* number = std::get_if<std::int64_t>(&raw)) {
    const bool fits = *number >= 0 && *number <= std::numeric_limits<std::int64_t>::max() / bare;
    if (fits) amount = *number * bare;
  } else if (const auto text = text_of(raw)) {
    amount = parse(*text);
  }
  return amount && *amount >= range.min && *amount <= range.max ? amount : std::nullopt;
}

std::expected<milliseconds, std::string> read_duration(const RawValue& raw, Range range) {
  const auto parse = [](std::string_view text) -> std::optional<std::int64_t> {
    const std::optional<milliseconds> duration = parse_duration(text);
    return duration ? std::optional(duration->count()) : std::nullopt;
  };
  if (const auto amount = read_amount(raw, range, 1000, parse)) return milliseconds(*amount);
  return std::unexpected(expectation(
      "a duration", range, ", such as 15 (seconds), 500ms, 5m, 1h or 30d", show_duration));
}

template <typename Enum>
ReadResult read_name(const RawValue& raw, std::span<const Name<Enum>> names, Enum& value) {
  if (const auto text = text_of(raw)) {
    const auto found = std::ranges::find(names, *text, &Name<Enum>::name);
    if (found != names.end()) {
      value = found->value;
      return {};
    }
  }
  std::vector<std::string_view> all;
  for (const Name<Enum>& name : names) all.push_back(name.name);
  return std::unexpected(fmt::format("one of {}", fmt::join(all, ", ")));
}

template <typename Enum>
std::string show_name(std::span<const Name<Enum>> names, Enum value) {
  return std::string(std::ranges::find(names, value, &Name<Enum>::value)->name);
}

// Outside of files lists are separated by commas.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

// A list that knows itself what each entry may be, and says which is wrong.
template <typename List>
ReadResult read_list(const RawValue& raw, Range range, std::string_view what, List& value) {
  std::vector<std::string> texts;
  if (const auto read = read_value(raw, range, texts); !read) return read;
  auto list = List::parse(texts);
  if (!list) return std::unexpected(fmt::format("a list of {} ({})", what, list.error()));
  value = std::move(*list);
  return {};
}

// A name or an IPv4 address, as far as can be seen.
bool is_host(std::string_view host) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  return !host.empty() && host.find_first_not_of(letters) == std::string_view::npos;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto amount = parse_amount(text, duration_units, 1000);
  return amount ? std::optional(milliseconds(*amount)) : std::nullopt;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  return parse_amount(text, size_units, 1);
}

std::optional<ListenAddress> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> port = parse_whole(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  const auto number = static_cast<std::uint16_t>(*port);
  const std::string_view host = text.substr(0, colon);
  if (const auto address = net::Address::parse_url_host(host)) {
    return ListenAddress{address->host_text(), number};
  }
  if (!is_host(host)) return std::nullopt;
  return ListenAddress{std::string(host), number};
}

ReadResult read_value(const RawValue& raw, Range /*range*/, bool& value) {
  if (const auto* flag = std::get_if<bool>(&raw)) {
    value = *flag;
    return {};
  }
  if (const auto* plain = std::get_if<PlainText>(&raw)) {
    const bool yes = plain->text == "true" || plain->text == "1";
    if (yes || plain->text == "false" || plain->text == "0") {
      value = yes;
      return {};
    }
  }
  return std::unexpected("true or false");
}

ReadResult read_value(const RawValue& raw, Range range, std::uint32_t& value) {
  const auto show = [](std::int64_t number) { return fmt::format("{}", number); };
  // In a file a number is written as one: "100" between quotes is a mistake.
  const bool quoted = std::holds_alternative<std::string>(raw);
  const auto amount = quoted ? std::nullopt : read_amount(raw, range, 1, parse_whole);
  if (!amount || *amount > std::numeric_limits<std::uint32_t>::max())
    return std::unexpected(expectation("a whole number", range, "", show));
  value = static_cast<std::uint32_t>(*amount);
  return {};
}

ReadResult read_value(const RawValue& raw, Range range, std::size_t& value) {
  const auto show = [](std::int64_t bytes) { return show_amount(bytes, size_units); };
  const auto amount = read_amount(raw, range, 1, parse_size);
  if (!amount) {
    return std::unexpected(expectation("a size", range, ", such as 65536, 64KiB or 1MiB", show));
  }
  value = static_cast<std::size_t>(*amount);
  return {};
}

ReadResult read_value(const RawValue& raw, Range range, milliseconds& value) {
  const auto duration = read_duration(raw, range);
  if (!duration) return std::unexpected(duration.error());
  value = *duration;
  return {};
}

ReadResult read_value(const RawValue& raw, Range range, seconds& value) {
  const auto duration = read_duration(raw, range);
  if (!duration) return std::unexpected(duration.error());
  if (*duration % seconds(1) != milliseconds(0)) {
    return std::unexpected("a duration of whole seconds");
  }
  value = std::chrono::duration_cast<seconds>(*duration);
  return {};
}

ReadResult read_value(const RawValue& raw, Range /*range*/, std::string& value) {
  const auto text = text_of(raw);
  if (!text) return std::unexpected("a text");
  value = *text;
  return {};
}

ReadResult read_value(const RawValue& raw, Range /*range*/, std::vector<std::string>& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw)) {
    value = *list;
  } else if (const auto* one = std::get_if<std::string>(&raw)) {
    value = {*one};
  } else if (const auto* plain = std::get_if<PlainText>(&raw)) {
    value = split_list(plain->text);
  } else {
    return std::unexpected("a list of texts");
  }
  return {};
}

ReadResult read_value(const RawValue& raw, Range range, std::vector<ListenAddress>& value) {
  static const std::string expected =
      "addresses such as 127.0.0.1:8080, 0.0.0.0:8080 (all of IPv4) or [::]:8080";
  std::vector<std::string> texts;
  if (!read_value(raw, range, texts) || texts.empty()) return std::unexpected(expected);
  value.clear();
  for (const std::string& text : texts) {
    const std::optional<ListenAddress> address = parse_address(text);
    if (!address) return std::unexpected(expected);
    value.push_back(*address);
  }
  return {};
}

ReadResult read_value(const RawValue& raw, Range range, http::OriginList& value) {
  return read_list(raw, range, "origins", value);
}

ReadResult read_value(const RawValue& raw, Range range, transport::TrustedProxies& value) {
  return read_list(raw, range, "addresses and ranges", value);
}

ReadResult read_value(const RawValue& raw, Range /*range*/, LogLevel& value) {
  return read_name<LogLevel>(raw, log_levels, value);
}

ReadResult read_value(const RawValue& raw, Range /*range*/, LogFormat& value) {
  return read_name<LogFormat>(raw, log_formats, value);
}

ReadResult read_value(const RawValue& raw, Range /*range*/, net::SendBatchKind& value) {
  return read_name<net::SendBatchKind>(raw, send_batches, value);
}

std::string show_value(bool value) {
  return value ? "true" : "false";
}
std::string show_value(std::uint32_t value) {
  return fmt::format("{}", value);
}
std::string show_value(std::size_t value) {
  return show_amount(static_cast<std::int64_t>(value), size_units);
}
std::string show_value(milliseconds value) {
  return show_duration(value.count());
}
std::string show_value(seconds value) {
  return show_value(milliseconds(value));
}
std::string show_value(const std::string& value) {
  return value;
}
std::string show_value(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}
std::string show_value(const std::vector<ListenAddress>& value) {
  std::vector<std::string> texts;
  for (const ListenAddress& address : value) texts.push_back(to_string(address));
  return show_value(texts);
}
std::string show_value(const http::OriginList& value) {
  return show_value(value.texts());
}
std::string show_value(const transport::TrustedProxies& value) {
  return show_value(value.texts());
}
std::string show_value(LogLevel value) {
  return show_name<LogLevel>(log_levels, value);
}
std::string show_value(LogFormat value) {
  return show_name<LogFormat>(log_formats, value);
}
std::string show_value(net::SendBatchKind value) {
  return show_name<net::SendBatchKind>(send_batches, value);
}

std::string describe(const RawValue& raw) {
  if (const auto text = text_of(raw)) return fmt::format("\"{}\"", *text);
  if (const auto* number = std::get_if<std::int64_t>(&raw)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&raw)) return show_value(*flag);
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw)) {
    return fmt::format("[\"{}\"]", fmt::join(*list, "\", \""));
  }
  return "something else";
}

}  // namespace river::server
