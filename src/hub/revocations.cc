#include "hub/revocations.h"

#include <algorithm>

namespace river::hub {

void Revocations::add(std::string_view user, UnixSeconds at) {
  UnixSeconds& revoked_at = revoked_at_[std::string(user)];
  revoked_at = std::max(revoked_at, at);
  order_.emplace_back(at, user);
  if (order_.size() > users_max) {
    const auto& [time, oldest] = order_.front();
    const auto place = revoked_at_.find(oldest);
    if (place != revoked_at_.end() && place->second == time) revoked_at_.erase(place);
    order_.pop_front();
  }
}

bool Revocations::refuses(std::string_view user, std::optional<UnixSeconds> issued) const {
  if (user.empty() || revoked_at_.empty()) return false;
  const auto place = revoked_at_.find(user);
  return place != revoked_at_.end() && (!issued.has_value() || *issued <= place->second);
}

void Revocations::forget_old(UnixSeconds now) {
  while (!order_.empty() && order_.front().first + age_max_.count() <= now) {
    const auto place = revoked_at_.find(order_.front().second);
    if (place != revoked_at_.end() && place->second == order_.front().first) {
      revoked_at_.erase(place);
    }
    order_.pop_front();
  }
}

std::vector<std::pair<std::string, UnixSeconds>> Revocations::all() const {
  return {revoked_at_.begin(), revoked_at_.end()};
}

}  // namespace river::hub
