// Claims: what a verified token says about a client.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace river::auth {

enum class Action : std::uint8_t { subscribe, publish, history, presence };

// As tokens name them, in the order of Action.
inline constexpr std::array<std::string_view, 4> action_names{"subscribe", "publish", "history",
                                                              "presence"};

// A set of actions: one bit each.
using Actions = std::uint8_t;

[[nodiscard]] constexpr Actions bit_of(Action action) {
  return static_cast<Actions>(1U << static_cast<unsigned>(action));
}

// What the token allows on the channels that match a pattern (base/pattern.h).
struct Grant {
  std::string pattern;
  Actions actions = 0;
  friend bool operator==(const Grant&, const Grant&) = default;
};

struct Claims {
  std::string user;                    // `sub`; empty: anonymous
  std::optional<UnixSeconds> expires;  // the connection ends then
  std::optional<UnixSeconds> issued;
  bool has_grants = false;  // `river.channels` is there, though it may be empty
  std::vector<Grant> grants;
  std::string info;  // compact JSON; empty: none
};

}  // namespace river::auth
