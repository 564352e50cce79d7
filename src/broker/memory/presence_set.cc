#include "broker/memory/presence_set.h"

#include <algorithm>
#include <utility>

namespace river::broker {

bool PresenceSet::join(Member member, ConnectionId connection) {
  const auto [place, added] = members_.try_emplace(std::move(member.user));
  auto& connections = place->second.connections;
  if (std::ranges::find(connections, connection) == connections.end()) {
    connections.push_back(connection);
  }
  if (!added) return false;
  place->second.info = std::move(member.info);
  return note(place->first, false);
}

bool PresenceSet::leave(std::string_view user, ConnectionId connection) {
  const auto place = members_.find(user);
  if (place == members_.end()) return false;
  std::erase(place->second.connections, connection);
  if (!place->second.connections.empty()) return false;
  members_.erase(place);
  return note(user, true);
}

bool PresenceSet::note(std::string_view user, bool told_as_present) {
  const auto place = changed_.find(user);
  if (place == changed_.end()) {
    changed_.emplace(user, told_as_present);
    return true;
  }
  // Back to what was told last: there is nothing to tell any more, if nobody saw it otherwise.
  if (place->second != told_as_present && !shown_) changed_.erase(place);
  return false;
}

std::shared_ptr<PresenceChange> PresenceSet::take_change() {
  if (changed_.empty()) return nullptr;
  auto change = std::make_shared<PresenceChange>();
  for (const auto& [user, told_as_present] : changed_) {
    const auto place = members_.find(user);
    if (place == members_.end()) {
      change->left.push_back(user);
    } else {
      change->joined.push_back({user, place->second.info});
    }
  }
  changed_.clear();
  shown_ = false;
  change->member_count = members_.size();
  return change;
}

MemberPage PresenceSet::page(std::string_view after, std::size_t limit) {
  shown_ = shown_ || !changed_.empty();
  MemberPage page;
  page.member_count = members_.size();
  auto place = after.empty() ? members_.begin() : members_.upper_bound(after);
  for (; place != members_.end(); ++place) {
    if (page.members.size() == limit) {
      page.next = page.members.empty() ? std::string() : page.members.back().user;
      break;
    }
    page.members.push_back({place->first, place->second.info});
  }
  return page;
}

}  // namespace river::broker
