#include "websocket/deflate_offer.h"

#include <string>
#include <utility>

#include "websocket/header_text.h"

namespace river::websocket {
namespace {

// 8 to 15 without leading zeros (RFC 7692 §7.1.2).
std::optional<std::uint8_t> parse_window_bits(const std::string& text) {
  if (text == "8" || text == "9") return static_cast<std::uint8_t>(text[0] - '0');
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return static_cast<std::uint8_t>(10 + text[1] - '0');
  }
  return std::nullopt;
}

// The largest window that River makes and that is not larger. Few, because each that somebody
// listens with is one more time that every event is deflated: with all seven, one client and its
// own seven listeners took a loop seven times the work.
std::uint8_t window_within(std::uint8_t bits) {
  return bits >= 15 ? 15 : bits >= 12 ? 12 : 9;
}

// Which parameters have come, to find the repeated ones.
struct Seen {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool server_max_window_bits = false;
  bool client_max_window_bits = false;
};

bool first_time(bool& seen) {
  return !std::exchange(seen, true);
}

bool read_parameter(const ExtensionParameter& parameter, DeflateOffer& offer, Seen& seen) {
  const auto& [name, value] = parameter;
  if (name == "server_no_context_takeover") {
    return !value && first_time(seen.server_no_context_takeover);
  }
  if (name == "client_no_context_takeover") {
    return !value && first_time(seen.client_no_context_takeover);
  }
  if (name == "client_max_window_bits") {
    // The value is only a hint: the inflater takes the largest window anyway.
    return first_time(seen.client_max_window_bits) && (!value || parse_window_bits(*value));
  }
  if (name == "server_max_window_bits") {
    const auto bits = value ? parse_window_bits(*value) : std::nullopt;
    // zlib silently makes a window of 9 bits when asked for 8 (madler/zlib issue 171).
    if (!bits || *bits == 8 || !first_time(seen.server_max_window_bits)) return false;
    offer = {.server_window_bits = window_within(*bits), .server_window_bits_given = true};
    return true;
  }
  return false;
}

}  // namespace

std::optional<DeflateOffer> read_deflate_offer(const Extension& extension) {
  if (!equals_ignoring_case(extension.name, "permessage-deflate")) return std::nullopt;
  DeflateOffer offer;
  Seen seen;
  for (const ExtensionParameter& parameter : extension.parameters) {
    if (!read_parameter(parameter, offer, seen)) return std::nullopt;
  }
  return offer;
}

}  // namespace river::websocket
