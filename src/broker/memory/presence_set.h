// PresenceSet: the members of one presence channel. A user with several connections is one member:
// joined with the first, left with the last, and shown with the info that came last. Changes gather
// until they are told together; who comes and goes (or goes and comes back the same) within one
// moment is not told at all, unless somebody was shown the members in between.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"

namespace river::broker {

class PresenceSet {
 public:
  // True if there is now something to tell that was not there before.
  bool join(Member member, ConnectionId connection);
  bool leave(std::string_view user, ConnectionId connection);

  // What changed and is not told yet; null if nothing did. Of more than about `bytes_max` a part,
  // one change at least: then has_change() is true still, and the next call goes on from there.
  [[nodiscard]] std::shared_ptr<PresenceChange> take_change(std::size_t bytes_max);

  // Whoever is shown a page has to hear how the changes end that it may have seen.
  [[nodiscard]] MemberPage page(std::string_view after, std::size_t limit);
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] bool has_change() const { return !changed_.empty(); }

 private:
  struct Entry {
    std::string info;
    std::vector<ConnectionId> connections;
  };
  // Somebody's info; nothing of who is not there.
  using State = std::optional<std::string>;
  [[nodiscard]] bool is_now(std::string_view user, const State& state) const;
  bool note(std::string_view user, State before);

  std::map<std::string, Entry, std::less<>> members_;  // ordered: pages need it
  // Users whose state differs from what was told or shown, each with what was told last.
  std::map<std::string, State, std::less<>> changed_;
  // Whoever changes all the time must not keep those behind them from being told.
  std::string told_up_to_;
  bool shown_ = false;  // while something was in changed_
};

}  // namespace river::broker
