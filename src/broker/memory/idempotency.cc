#include "broker/memory/idempotency.h"

#include <utility>

namespace river::broker {

std::string Idempotency::key_of(std::string_view channel, std::string_view id) {
  std::string key;
  key.reserve(channel.size() + 1 + id.size());
  key.append(channel).append(1, '\0').append(id);
  return key;
}

std::optional<Position> Idempotency::find(std::string_view channel, std::string_view id,
                                          std::int64_t now) {
  forget_old(now);
  const auto place = positions_.find(key_of(channel, id));
  return place == positions_.end() ? std::nullopt : std::optional(place->second);
}

void Idempotency::remember(std::string_view channel, std::string_view id, Position position,
                           std::int64_t now) {
  forget_old(now);
  std::string key = key_of(channel, id);
  if (!positions_.try_emplace(key, position).second) return;
  order_.push_back({std::move(key), now});
  if (order_.size() > ids_max) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

void Idempotency::forget_old(std::int64_t now) {
  while (!order_.empty() && order_.front().time + age_max_.count() <= now) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

}  // namespace river::broker
