#include "broker/memory/history.h"

#include <algorithm>
#include <utility>

namespace river::broker {

void History::append(Publication publication, TimePoint born) {
  bytes_ += publication.content.size() + event_overhead_bytes;
  events_.push_back({std::move(publication), born});
}

void History::trim(const ChannelRule& rule, TimePoint now) {
  const std::size_t keep = rule.kind.cache ? 1 : 0;
  const std::size_t most = std::max<std::size_t>(rule.history_events_max, keep);
  while (size() > most) drop_oldest();
  const TimePoint born_after = now - rule.history_age_max;
  while (size() > keep && events_[first_].born <= born_after) drop_oldest();
  compact();
}

void History::clear() {
  events_.clear();
  events_.shrink_to_fit();
  first_ = 0;
  bytes_ = 0;
}

std::optional<std::vector<Publication>> History::after(Offset offset, Offset last) const {
  if (offset > last) return std::nullopt;
  const std::size_t missed = static_cast<std::size_t>(last - offset);
  if (missed > size()) return std::nullopt;
  return this->last(missed);
}

std::vector<Publication> History::last(std::size_t count) const {
  count = std::min(count, size());
  std::vector<Publication> result;
  result.reserve(count);
  for (std::size_t i = events_.size() - count; i < events_.size(); ++i) {
    result.push_back(events_[i].publication);
  }
  return result;
}

std::vector<Publication> History::page(std::optional<Offset> before, std::size_t limit,
                                       bool& more) const {
  more = false;
  std::vector<Publication> result;
  if (empty()) return result;
  std::size_t end = events_.size();
  if (before.has_value()) {
    // Offsets have no hole, so the place follows from the difference.
    const Offset first_offset = oldest().offset;
    if (*before <= first_offset) return result;
    end = first_ + static_cast<std::size_t>(std::min<Offset>(*before - first_offset, size()));
  }
  const std::size_t count = std::min(limit, end - first_);
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) result.push_back(events_[end - 1 - i].publication);
  more = end - count > first_;
  return result;
}

void History::drop_oldest() {
  bytes_ -= oldest().content.size() + event_overhead_bytes;
  events_[first_].publication = Publication();
  ++first_;
}

void History::compact() {
  if (first_ == events_.size()) {
    clear();
  } else if (first_ >= 16 && first_ * 2 >= events_.size()) {
    events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace river::broker
