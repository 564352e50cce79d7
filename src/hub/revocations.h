// Revocations: users whose tokens are refused, each with the moment of its revocation: a token that
// does not say that it was issued later is not taken.
// Limits: an entry is kept for an age; the oldest go first over `users_max`.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered_map.hpp>

#include "base/clock.h"
#include "base/hash.h"

namespace river::hub {

class Revocations {
 public:
  static constexpr std::size_t users_max = 1'000'000;

  void set_age_max(seconds age_max) { age_max_ = age_max; }

  void add(std::string_view user, UnixSeconds at);
  // A token with no `issued` (iat of RFC 7519 §4.1.6) counts as issued before.
  [[nodiscard]] bool refuses(std::string_view user, std::optional<UnixSeconds> issued) const;
  void forget_old(UnixSeconds now);

  [[nodiscard]] std::vector<std::pair<std::string, UnixSeconds>> all() const;

 private:
  seconds age_max_{30 * 24 * 3600};
  boost::unordered_map<std::string, UnixSeconds, SeededHash, std::equal_to<>> revoked_at_;
  std::deque<std::pair<UnixSeconds, std::string>> order_;  // oldest first; may hold outdated ones
};

}  // namespace river::hub
