// PresenceSet: the members of one presence channel. A user with several connections is one member:
// joined with the first, left with the last. Changes gather until they are told together; who comes
// and goes (or goes and comes back) within one moment is not told at all, unless somebody was shown
// the members in between.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
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

  // What changed since the last call; null if nothing did.
  [[nodiscard]] std::shared_ptr<PresenceChange> take_change();

  // Whoever is shown a page has to hear how the changes end that it may have seen.
  [[nodiscard]] MemberPage page(std::string_view after, std::size_t limit);
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] bool has_change() const { return !changed_.empty(); }

 private:
  struct Entry {
    std::string info;
    std::vector<ConnectionId> connections;
  };
  bool note(std::string_view user, bool told_as_present);

  std::map<std::string, Entry, std::less<>> members_;  // ordered: pages need it
  // Users whose state differs from what was told or shown, each with what was told last.
  std::map<std::string, bool, std::less<>> changed_;
  bool shown_ = false;  // while something was in changed_
};

}  // namespace river::broker
