#include "base/channel_name.h"

#include <array>

#include "base/limits.h"

namespace river {
namespace {

constexpr std::array<bool, 256> make_channel_characters() {
  std::array<bool, 256> allowed{};
  for (const unsigned char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_-=@,.;:/#")) {
    allowed[c] = true;
  }
  return allowed;
}
constexpr std::array<bool, 256> channel_characters = make_channel_characters();

bool take_prefix(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

}  // namespace

bool valid_channel(std::string_view name) {
  if (name.empty() || name.size() > limits::channel_bytes_max) return false;
  for (const char c : name) {
    if (!channel_characters[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool valid_event(std::string_view name) {
  if (name.empty() || name.size() > limits::event_bytes_max) return false;
  if (name.starts_with("river:")) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

ChannelKind channel_kind(std::string_view name) {
  ChannelKind kind;
  if (take_prefix(name, "private-")) {
    kind.needs_grant = true;
  } else if (take_prefix(name, "presence-")) {
    kind.needs_grant = true;
    kind.presence = true;
  }
  kind.cache = name.starts_with("cache-");
  return kind;
}

}  // namespace river
