// For tests and fuzzing only: the people of a simulation, who come, go, lose their connection and
// come back on another loop, with what they remember.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hub/schedule_for_test.h"
#include "hub/simulated_client_for_test.h"

namespace river::hub {

// Where one can connect to.
struct Place {
  Hub& hub;
  broker::Broker& broker;
};

class Crowd {
 public:
  Crowd(World& world, std::vector<Place> places) : world_(world), places_(std::move(places)) {
    // Two of them are one user with two connections.
    for (const char* user : {"ann", "ann", "bob", "eve"}) people_.emplace_back().user = user;
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd() { everybody_leaves(); }

  void subscribe(const Step& step) {
    Person& person = person_of(step);
    const std::string& channel = channel_of(step);
    if (person.client == nullptr) connect(person, step.third >> 4);
    if (person.client->stays().contains(channel)) return;
    subscribe(person, channel, stay_by(step.third & 15, person, channel));
  }
  void unsubscribe(const Step& step) {
    Person& person = person_of(step);
    const std::string& channel = channel_of(step);
    if (person.client == nullptr || !person.client->stays().contains(channel)) return;
    world_.note("{} unsubscribes from {}", name_of(person), channel);
    person.client->unsubscribe(channel);
  }
  void disconnect(const Step& step) {
    Person& person = person_of(step);
    if (person.client == nullptr) return;
    world_.note("{} disconnects", name_of(person));
    disconnect(person);
  }
  // Comes back, perhaps on another loop, and takes up all it had.
  void resume(const Step& step) {
    Person& person = person_of(step);
    disconnect(person);
    connect(person, step.third);
    const auto remembered = person.remembered;
    for (const auto& [channel, position] : remembered) {
      subscribe(person, channel, {.since = position, .since_is_genuine = true});
    }
  }

  // A connection to spare its echo; 0 for most steps.
  [[nodiscard]] ConnectionId excluded_by(const Step& step) const {
    const Person& person = people_[step.third % people_.size()];
    return step.third < 128 || person.client == nullptr ? 0 : person.client->connection;
  }
  [[nodiscard]] const std::string& channel_of(const Step& step) const {
    return world_.channels[step.second % world_.channels.size()];
  }

  void check() {
    for (Person& person : people_) {
      if (person.client != nullptr) person.client->check();
    }
  }
  void check_at_rest(const std::string& channel, Position head) {
    std::set<std::string> there;
    for (const Person& person : people_) {
      if (person.client != nullptr && person.client->stays().contains(channel)) {
        there.insert(person.user);
      }
    }
    for (Person& person : people_) {
      if (person.client != nullptr) person.client->check_at_rest(channel, head, there);
    }
  }

  void everybody_leaves() {
    for (Person& person : people_) disconnect(person);
  }

 private:
  struct Person {
    std::string user;
    std::unique_ptr<SimulatedClient> client;  // while connected
    std::map<std::string, Position> remembered;
  };

  [[nodiscard]] Person& person_of(const Step& step) { return people_[step.first % people_.size()]; }
  [[nodiscard]] std::string name_of(const Person& person) const {
    return fmt::format("{} (connection {})", person.user,
                       person.client == nullptr ? 0 : person.client->connection);
  }

  void connect(Person& person, std::size_t choice) {
    const Place& place = places_[choice % places_.size()];
    person.client = std::make_unique<SimulatedClient>(world_, place.hub, place.broker, person.user,
                                                      person.remembered);
    world_.note("{} connects to loop {}", name_of(person), choice % places_.size());
  }
  static void disconnect(Person& person) {
    if (person.client == nullptr) return;
    person.client->leave();
    person.client.reset();
  }

  void subscribe(Person& person, const std::string& channel, Stay stay) {
    world_.note("{} subscribes to {}, since {}{}, rewind {}", name_of(person), channel,
                stay.since.has_value() ? text_of(*stay.since) : "-",
                stay.since_is_genuine ? "" : " (made up)", stay.rewind);
    person.client->subscribe(channel, std::move(stay));
  }

  [[nodiscard]] static Stay stay_by(unsigned choice, const Person& person,
                                    const std::string& channel) {
    const auto place = person.remembered.find(channel);
    if (choice >= 14) return {.rewind = (choice - 13) * 2};
    if (place == person.remembered.end() || choice < 5) return {};
    Position since = place->second;
    if (choice == 11) since.offset -= std::min<Offset>(since.offset, 3);
    if (choice == 12) return {.since = Position{since.epoch, since.offset + 1000}};
    if (choice == 13) return {.since = Position{since.epoch + 1, since.offset}};
    return {.since = since, .since_is_genuine = true};
  }

  World& world_;
  std::vector<Place> places_;
  std::vector<Person> people_;
};

}  // namespace river::hub
