#include "broker/memory/presence_set.h"

#include <algorithm>
#include <utility>

namespace river::broker {
namespace {

// What a member takes in a notice besides its id and info, about: {"id":…,"info":…},
constexpr std::size_t entry_overhead_bytes = 24;

}  // namespace

bool PresenceSet::join(Member member, ConnectionId connection) {
  const auto [place, added] = members_.try_emplace(std::move(member.user));
  Entry& entry = place->second;
  if (std::ranges::find(entry.connections, connection) == entry.connections.end()) {
    entry.connections.push_back(connection);
  }
  if (!added && entry.info == member.info) return false;
  State before = added ? State() : State(std::move(entry.info));
  entry.info = std::move(member.info);
  return note(place->first, std::move(before));
}

bool PresenceSet::leave(std::string_view user, ConnectionId connection) {
  const auto place = members_.find(user);
  if (place == members_.end()) return false;
  std::erase(place->second.connections, connection);
  if (!place->second.connections.empty()) return false;
  State before = std::move(place->second.info);
  members_.erase(place);
  return note(user, std::move(before));
}

bool PresenceSet::is_now(std::string_view user, const State& state) const {
  const auto place = members_.find(user);
  if (place == members_.end()) return !state.has_value();
  return state == place->second.info;
}

bool PresenceSet::note(std::string_view user, State before) {
  const auto place = changed_.find(user);
  if (place == changed_.end()) {
    changed_.emplace(user, std::move(before));
    return true;
  }
  // Back to what was told last: there is nothing to tell any more, if nobody saw it otherwise.
  if (!shown_ && is_now(user, place->second)) changed_.erase(place);
  return false;
}

std::shared_ptr<PresenceChange> PresenceSet::take_change(std::size_t bytes_max) {
  if (changed_.empty()) return nullptr;
  auto change = std::make_shared<PresenceChange>();
  std::size_t bytes = 0;
  auto place = changed_.upper_bound(told_up_to_);
  while (!changed_.empty()) {
    if (place == changed_.end()) place = changed_.begin();
    const std::string& user = place->first;
    const auto member = members_.find(user);
    const bool joined = member != members_.end();
    bytes += user.size() + entry_overhead_bytes + (joined ? member->second.info.size() : 0);
    if (bytes > bytes_max && !(change->joined.empty() && change->left.empty())) break;
    if (joined) {
      change->joined.push_back({user, member->second.info});
    } else {
      change->left.push_back(user);
    }
    told_up_to_ = user;
    place = changed_.erase(place);
  }
  // Who was shown a member that is still to be told of has to be told.
  shown_ = shown_ && !changed_.empty();
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
