// History: the last events of one channel, oldest first, without a hole.
// Limits: by the channel's rule, in events and in age; the node's limit in bytes is Home's
// business. Age goes by the steady clock: when the time of day is set, nothing is lost or kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/channel_rules.h"
#include "base/clock.h"
#include "broker/broker.h"

namespace river::broker {

class History {
 public:
  // What a kept event costs besides its bytes: the publication, its block's head, slack.
  static constexpr std::size_t event_overhead_bytes = 96;

  void append(Publication publication, TimePoint born);
  // Forgets what is over the rule's limits at `now`. A cache channel keeps its last event.
  void trim(const ChannelRule& rule, TimePoint now);
  void clear();

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return events_.size() - first_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const Publication& oldest() const { return events_[first_].publication; }
  [[nodiscard]] const Publication& newest() const { return events_.back().publication; }

  // All events after `offset`, or nothing if some of them are gone. `last` is the channel's offset.
  [[nodiscard]] std::optional<std::vector<Publication>> after(Offset offset, Offset last) const;
  [[nodiscard]] std::vector<Publication> last(std::size_t count) const;
  // Newest first, only those before `before`; `more` tells whether older ones remain.
  [[nodiscard]] std::vector<Publication> page(std::optional<Offset> before, std::size_t limit,
                                              bool& more) const;

 private:
  struct Event {
    Publication publication;
    TimePoint born;
  };
  void drop_oldest();
  void compact();

  std::vector<Event> events_;
  std::size_t first_ = 0;  // events_ before this one are forgotten already
  std::size_t bytes_ = 0;
};

}  // namespace river::broker
