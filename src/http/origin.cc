#include "http/origin.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "http/authority.h"
#include "http/characters.h"

namespace river::http {
namespace {

constexpr ByteSet scheme_bytes([](unsigned char byte) {
  return is_digit(byte) || is_letter(byte) || byte == '+' || byte == '-' || byte == '.';
});

struct Origin {
  std::string_view scheme;
  Authority authority;
};

std::uint16_t default_port(std::string_view scheme) {
  if (equal_ignoring_case(scheme, "https")) return 443;
  if (equal_ignoring_case(scheme, "http")) return 80;
  return 0;
}

// `null` and lists of origins are none.
std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t mark = text.find("://");
  if (mark == 0 || mark == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, mark);
  if (!scheme_bytes.contains_all(scheme)) return std::nullopt;
  auto authority = parse_authority(text.substr(mark + 3));
  if (!authority) return std::nullopt;
  if (authority->port == 0) authority->port = default_port(scheme);
  return Origin{scheme, *authority};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), to_lower);
  return result;
}

}  // namespace

std::expected<OriginList, std::string> OriginList::parse(std::span<const std::string> entries) {
  OriginList list;
  list.texts_.assign(entries.begin(), entries.end());
  list.any_ = false;
  for (const std::string& text : entries) {
    if (text == "*") {
      list.any_ = true;
      continue;
    }
    auto entry = parse_entry(text);
    if (!entry) {
      return std::unexpected(
          fmt::format("`{}` is not an origin: write `https://example.com`, maybe with a port but "
                      "without a path, `https://*.example.com`, or `*`",
                      text));
    }
    list.entries_.push_back(std::move(*entry));
  }
  return list;
}

std::optional<OriginList::Entry> OriginList::parse_entry(std::string_view text) {
  constexpr std::string_view star = "://*.";
  const std::size_t mark = text.find(star);
  const bool subdomains = mark != std::string_view::npos;
  std::string plain(text);
  if (subdomains) plain.replace(mark, star.size(), "://");
  const auto origin = parse_origin(plain);
  if (!origin) return std::nullopt;
  if (subdomains && origin->authority.host.starts_with('[')) return std::nullopt;
  return Entry{lower(origin->scheme), (subdomains ? "." : "") + lower(origin->authority.host),
               origin->authority.port, subdomains};
}

bool OriginList::allows(std::string_view text) const {
  if (any_) return true;
  const auto origin = parse_origin(text);
  if (!origin) return false;
  const std::string host = lower(origin->authority.host);
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.port == origin->authority.port &&
           equal_ignoring_case(entry.scheme, origin->scheme) &&
           (entry.subdomains ? host.ends_with(entry.host) : host == entry.host);
  });
}

bool OriginList::allows(const Request& request) const {
  if (any_) return true;
  const std::size_t origins = request.header_count("origin");
  if (origins == 0) return true;
  return origins == 1 && allows(*request.header("origin"));
}

}  // namespace river::http
