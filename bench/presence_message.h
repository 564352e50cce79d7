// PresenceMessage: the members that one message of River names, by their numbers.
//
//   {"type":"presence","channel":"…","joined":[{"id":"user-7"}],"left":["user-3"],"member_count":9}
//   {"type":"subscribed",…,"members":[{"id":"user-1"},{"id":"user-7"}],"member_count":9}
//   {"type":"members",…,"members":[{"id":"user-8"}],"member_count":9,"next":"user-8"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace river::bench {

class PresenceMessage {
 public:
  // Reads it, unless it is the one that was read before: a notice is the same for all.
  void read(std::string_view payload);

  [[nodiscard]] const std::vector<std::uint64_t>& present() const { return present_; }
  [[nodiscard]] const std::vector<std::uint64_t>& left() const { return left_; }
  [[nodiscard]] std::uint64_t member_count() const { return member_count_; }
  // Whether `members` says that more follow.
  [[nodiscard]] bool has_next() const { return has_next_; }

 private:
  std::string payload_;
  std::vector<std::uint64_t> present_;  // listed, or joined
  std::vector<std::uint64_t> left_;
  std::uint64_t member_count_ = 0;
  bool has_next_ = false;
};

}  // namespace river::bench
