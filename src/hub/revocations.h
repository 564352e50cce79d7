// Revocations: users whose tokens are refused, each with the moment of its revocation: a token that
// does not say that it was issued later is not taken.
// Limits: an entry is kept for an age; the oldest go first over `users_max`. They may come in any
// order of time.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
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

  Revocations() = default;
  Revocations(Revocations&&) = default;
  Revocations& operator=(Revocations&&) = default;

  void set_age_max(seconds age_max) { age_max_ = age_max; }

  void add(std::string_view user, UnixSeconds at);
  // A token with no `issued` (iat of RFC 7519 §4.1.6) counts as issued before.
  [[nodiscard]] bool refuses(std::string_view user, std::optional<UnixSeconds> issued) const;
  void forget_old(UnixSeconds now);

  [[nodiscard]] std::size_t size() const { return by_user_.size(); }
  // Oldest first.
  [[nodiscard]] std::vector<std::pair<std::string, UnixSeconds>> all() const;

 private:
  struct Moment {
    UnixSeconds at = 0;
    std::uint64_t sequence = 0;  // of those of one second, the order they came in
    friend auto operator<=>(const Moment&, const Moment&) = default;
  };
  struct Entry {
    Moment moment;
    const std::string* user;  // the key in by_user_, which stays where it is
    friend bool operator<(const Entry& a, const Entry& b) { return a.moment < b.moment; }
  };

  void forget_oldest();

  seconds age_max_{30 * 24 * 3600};
  std::uint64_t next_sequence_ = 0;
  boost::unordered_map<std::string, Moment, SeededHash, std::equal_to<>> by_user_;
  std::set<Entry> by_age_;  // oldest first; one for each of by_user_
};

}  // namespace river::hub
