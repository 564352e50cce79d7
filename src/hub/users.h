// Users: the connections of each user on one loop, for what is meant for a user and not a channel.
// One block a user, with the name in it; its connections are a list through the subscribers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/hash.h"
#include "hub/subscriber.h"

namespace river::hub {

struct User {
  std::string id;
  Subscriber* first = nullptr;
};

class Users {
 public:
  // An empty id (anonymous) is nobody: such connections can't be reached by user.
  void add(Subscriber& subscriber, std::string_view id);
  void remove(Subscriber& subscriber);

  // `visit(Subscriber&)` may remove the subscriber it is given, but no other.
  template <typename Visit>
  void for_each(std::string_view id, Visit visit) {
    const auto place = users_.find(id);
    if (place == users_.end()) return;
    for (Subscriber* subscriber = (*place)->first; subscriber != nullptr;) {
      Subscriber* next = subscriber->next_of_user;
      visit(*subscriber);
      subscriber = next;
    }
  }

  [[nodiscard]] std::size_t size() const { return users_.size(); }

 private:
  struct ById {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(std::string_view id) const { return SeededHash()(id); }
    std::size_t operator()(const std::unique_ptr<User>& user) const {
      return SeededHash()(user->id);
    }
    bool operator()(const std::unique_ptr<User>& a, const std::unique_ptr<User>& b) const {
      return a->id == b->id;
    }
    bool operator()(std::string_view a, const std::unique_ptr<User>& b) const { return a == b->id; }
    bool operator()(const std::unique_ptr<User>& a, std::string_view b) const { return a->id == b; }
  };

  boost::unordered_flat_set<std::unique_ptr<User>, ById, ById> users_;
};

}  // namespace river::hub
