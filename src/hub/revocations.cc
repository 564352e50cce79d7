#include "hub/revocations.h"

namespace river::hub {

void Revocations::add(std::string_view user, UnixSeconds at) {
  const auto [place, is_new] = by_user_.try_emplace(std::string(user));
  auto& [name, moment] = *place;
  if (!is_new) {
    if (at <= moment.at) return;
    by_age_.erase({moment, &name});
  }
  moment = {at, next_sequence_++};
  by_age_.insert({moment, &name});
  if (by_user_.size() > users_max) forget_oldest();
}

bool Revocations::refuses(std::string_view user, std::optional<UnixSeconds> issued) const {
  if (user.empty() || by_user_.empty()) return false;
  const auto place = by_user_.find(user);
  return place != by_user_.end() && (!issued.has_value() || *issued <= place->second.at);
}

void Revocations::forget_old(UnixSeconds now) {
  while (!by_age_.empty() && by_age_.begin()->moment.at + age_max_.count() <= now) forget_oldest();
}

void Revocations::forget_oldest() {
  const auto oldest = by_age_.begin();
  by_user_.erase(by_user_.find(*oldest->user));
  by_age_.erase(oldest);
}

std::vector<std::pair<std::string, UnixSeconds>> Revocations::all() const {
  std::vector<std::pair<std::string, UnixSeconds>> all;
  all.reserve(by_age_.size());
  for (const Entry& entry : by_age_) all.emplace_back(*entry.user, entry.moment.at);
  return all;
}

}  // namespace river::hub
