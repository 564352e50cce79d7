#include "transport/trusted_proxies.h"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

#include "base/trim.h"
#include "http/characters.h"

namespace river::transport {
namespace {

constexpr std::string_view list_header = "x-forwarded-for";

// An address; some proxies put a port behind it, and IPv6 into brackets.
std::optional<net::Address> parse_entry(std::string_view text) {
  const bool has_port =
      text.starts_with('[') ? !text.ends_with(']') : std::ranges::count(text, ':') == 1;
  if (has_port) {
    const auto address = net::Address::parse(text);
    return address ? std::optional(*address) : std::nullopt;
  }
  return text.starts_with('[') ? net::Address::parse_url_host(text)
                               : net::Address::parse_host(text);
}

}  // namespace

std::expected<TrustedProxies, std::string> TrustedProxies::parse(
    std::span<const std::string> entries) {
  TrustedProxies proxies;
  proxies.texts_.assign(entries.begin(), entries.end());
  for (const std::string& entry : entries) {
    auto range = net::AddressRange::parse(entry);
    if (!range.has_value()) return std::unexpected(range.error());
    proxies.ranges_.push_back(*range);
  }
  return proxies;
}

bool TrustedProxies::contains(const net::Address& address) const {
  return std::ranges::any_of(ranges_, [&](const auto& range) { return range.contains(address); });
}

net::Address TrustedProxies::client_of(const http::Request& request,
                                       const net::Address& peer) const {
  if (!contains(peer)) return peer;
  // Several lines are one list.
  for (const http::Header& header : std::views::reverse(request.headers)) {
    if (!http::equal_ignoring_case(header.name, list_header)) continue;
    std::string_view list = header.value;
    while (true) {
      const std::size_t comma = list.rfind(',');
      const bool is_first = comma == std::string_view::npos;
      const auto address = parse_entry(trimmed(is_first ? list : list.substr(comma + 1)));
      if (!address) return peer;
      if (!contains(*address)) return *address;
      if (is_first) break;
      list = list.substr(0, comma);
    }
  }
  return peer;
}

}  // namespace river::transport
