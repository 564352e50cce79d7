// MemberView: who is in a presence channel, as one client knows it from lists and notices. Users
// are numbers, so a view of 20,000 members takes 2.5 KB, and 20,000 clients can each have their
// own.
#pragma once

#include <cstdint>
#include <vector>

namespace river::bench {

class MemberView {
 public:
  explicit MemberView(std::size_t users_max) : words_((users_max + 63) / 64) {}

  void add(std::uint64_t user) {
    if (user / 64 < words_.size()) words_[user / 64] |= std::uint64_t{1} << user % 64;
  }
  void remove(std::uint64_t user) {
    if (user / 64 < words_.size()) words_[user / 64] &= ~(std::uint64_t{1} << user % 64);
  }
  friend bool operator==(const MemberView&, const MemberView&) = default;

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace river::bench
