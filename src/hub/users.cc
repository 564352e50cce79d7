#include "hub/users.h"

#include <utility>

namespace river::hub {

void Users::add(Subscriber& subscriber, std::string_view id) {
  if (id.empty()) return;
  auto place = users_.find(id);
  if (place == users_.end()) {
    place = users_.insert(std::make_unique<User>(User{std::string(id), nullptr})).first;
  }
  User& user = **place;
  subscriber.user = &user;
  subscriber.previous_of_user = nullptr;
  subscriber.next_of_user = user.first;
  if (user.first != nullptr) user.first->previous_of_user = &subscriber;
  user.first = &subscriber;
}

void Users::remove(Subscriber& subscriber) {
  User* user = std::exchange(subscriber.user, nullptr);
  if (user == nullptr) return;
  Subscriber* next = std::exchange(subscriber.next_of_user, nullptr);
  Subscriber* previous = std::exchange(subscriber.previous_of_user, nullptr);
  if (next != nullptr) next->previous_of_user = previous;
  if (previous != nullptr) {
    previous->next_of_user = next;
  } else {
    user->first = next;
  }
  if (user->first == nullptr) users_.erase(users_.find(std::string_view(user->id)));
}

}  // namespace river::hub
