#include "hub/users.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Quiet final : public Subscriber {
 public:
  explicit Quiet(ConnectionId id) { connection = id; }
  void deliver(const SharedBytes&) override {}
  void on_subscribed(const Channel&, const SubscribeAnswer&) override {}
  void on_subscribe_failed(std::string_view, std::uint64_t, broker::BrokerError) override {}
  void on_resync(const Channel&, Position) override {}
  void on_disconnect() override {}
};

std::vector<ConnectionId> connections_of(Users& users, std::string_view id) {
  std::vector<ConnectionId> found;
  users.for_each(id, [&](Subscriber& subscriber) { found.push_back(subscriber.connection); });
  return found;
}

TEST(Users, FindsTheConnectionsOfAUserAndOfNobodyElse) {
  Users users;
  Quiet first(1);
  Quiet second(2);
  Quiet other(3);
  users.add(first, "ann");
  users.add(second, "ann");
  users.add(other, "bob");
  EXPECT_THAT(connections_of(users, "ann"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(connections_of(users, "bob"), ElementsAre(3));
  EXPECT_THAT(connections_of(users, "eve"), IsEmpty());
  EXPECT_EQ(users.size(), 2U);
  EXPECT_EQ(first.user->id, "ann");
}

TEST(Users, RemovesTheFirstTheLastAndTheMiddleOfAUsersConnections) {
  for (const std::size_t gone : {0U, 1U, 2U}) {
    Users users;
    Quiet three[] = {Quiet(0), Quiet(1), Quiet(2)};
    for (Quiet& subscriber : three) users.add(subscriber, "ann");
    users.remove(three[gone]);
    EXPECT_EQ(connections_of(users, "ann").size(), 2U);
    EXPECT_THAT(connections_of(users, "ann"), testing::Not(testing::Contains(gone)));
    EXPECT_EQ(three[gone].user, nullptr);
    for (Quiet& subscriber : three) users.remove(subscriber);
    EXPECT_EQ(users.size(), 0U);
  }
}

TEST(Users, DoNotKnowWhoIsAnonymous) {
  Users users;
  Quiet somebody(1);
  users.add(somebody, "");
  EXPECT_EQ(users.size(), 0U);
  EXPECT_THAT(connections_of(users, ""), IsEmpty());
  users.remove(somebody);
}

TEST(Users, CanBeRemovedOneByOneWhileTheyAreVisited) {
  Users users;
  Quiet first(1);
  Quiet second(2);
  Quiet third(3);
  for (Quiet* subscriber : {&first, &second, &third}) users.add(*subscriber, "ann");
  int visited = 0;
  users.for_each("ann", [&](Subscriber& subscriber) {
    users.remove(subscriber);
    ++visited;
  });
  EXPECT_EQ(visited, 3);
  EXPECT_EQ(users.size(), 0U);
}

}  // namespace
}  // namespace river::hub
