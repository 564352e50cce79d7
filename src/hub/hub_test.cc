#include "hub/hub.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/hub_for_test.h"

namespace river::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> texts_of(const std::vector<broker::ChannelCount>& counts) {
  std::vector<std::string> texts;
  for (const auto& count : counts) {
    texts.push_back(fmt::format("{} {}", count.channel, count.subscribers));
  }
  return texts;
}

TEST_F(HubTest, KeepsTheChannelsOfASubscriberApart) {
  RecordingSubscriber& ann = listener("dogs");
  hub.subscribe(ann, "cats", {});
  settle();
  RecordingSubscriber& bob = listener("cats");
  ann.lines.clear();
  publish("a", "dogs");
  publish("b", "cats");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "cats 1:b"));
  EXPECT_THAT(bob.lines, ElementsAre("cats 1:b"));
}

TEST_F(HubTest, LeavingOneChannelOfManyLeavesTheOthersWhole) {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
  for (const std::string& left : names) {
    RecordingSubscriber& first = subscriber();
    RecordingSubscriber& second = subscriber();
    for (const std::string& name : names) {
      hub.subscribe(first, name, {});
      hub.subscribe(second, name, {});
    }
    settle();
    EXPECT_TRUE(hub.unsubscribe(first, left));
    first.lines.clear();
    second.lines.clear();
    for (const std::string& name : names) publish("x", name);
    settle();
    EXPECT_THAT(first.lines, SizeIs(4));
    EXPECT_THAT(second.lines, SizeIs(5));
    hub.unsubscribe_all(first);
    hub.unsubscribe_all(second);
  }
  settle();
  EXPECT_EQ(hub.channel_count(), 0U);
}

TEST_F(HubTest, ListenersCanLeaveInAnyOrder) {
  for (const std::size_t first : {0U, 1U, 2U}) {
    for (const std::size_t second : {0U, 1U, 2U}) {
      if (first == second) continue;
      RecordingSubscriber* three[] = {&listener(), &listener(), &listener()};
      hub.unsubscribe(*three[first], "dogs");
      hub.unsubscribe(*three[second], "dogs");
      publish("a");
      settle();
      EXPECT_THAT(three[first]->lines, IsEmpty());
      EXPECT_THAT(three[second]->lines, IsEmpty());
      EXPECT_THAT(three[3 - first - second]->lines, SizeIs(1));
      hub.unsubscribe(*three[3 - first - second], "dogs");
    }
  }
}

TEST_F(HubTest, LeavingWhileOtherSubscriptionsWaitLeavesThemWaiting) {
  RecordingSubscriber& ann = subscriber();
  for (const char* name : {"a", "b", "c"}) hub.subscribe(ann, name, {});
  hub.unsubscribe(ann, "a");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in b at 0", "in c at 0"));
}

TEST_F(HubTest, ForgetsAChannelWithItsLastSubscriber) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener();
  EXPECT_EQ(metrics.channels_open.value(), 1U);
  EXPECT_EQ(metrics.subscriptions_open.value(), 2U);
  hub.unsubscribe(ann, "dogs");
  EXPECT_THAT(server.at("dogs").listeners, SizeIs(1));
  hub.unsubscribe_all(bob);
  EXPECT_THAT(server.at("dogs").listeners, IsEmpty());
  EXPECT_EQ(hub.channel_count(), 0U);
  EXPECT_EQ(metrics.channels_open.value(), 0U);
  EXPECT_EQ(metrics.subscriptions_open.value(), 0U);
}

TEST_F(HubTest, HearsOfAChannelThatItHasForgottenWithoutHarm) {
  RecordingSubscriber& ann = listener();
  publish("a");
  hub.unsubscribe(ann, "dogs");
  settle();
  EXPECT_THAT(ann.lines, IsEmpty());
}

TEST_F(HubTest, ForgetsAChannelWithEventsOfThisTurn) {
  RecordingSubscriber& ann = listener();
  publish("a");
  hear_all();
  hub.unsubscribe(ann, "dogs");
  hub.flush();
  EXPECT_THAT(ann.lines, IsEmpty());
}

TEST_F(HubTest, ForgetsAChannelThatWasToBeAskedForAgain) {
  RecordingSubscriber& ann = listener();
  publish("a");
  broker.lose();
  publish("b");
  hear_all();
  broker.fail_request();
  settle();
  hub.unsubscribe(ann, "dogs");
  hub.tick(0);
  settle();
  EXPECT_EQ(hub.channel_count(), 0U);
}

TEST_F(HubTest, EndsTheTurnEarlyWhenMuchIsPending) {
  int calls = 0;
  hub.set_turn_is_full([&] { ++calls; });
  listener();
  const std::string large(Hub::turn_bytes_max / 2, 'x');
  publish(large);
  hear_all();
  EXPECT_EQ(calls, 0);
  publish(large);
  hear_all();
  EXPECT_EQ(calls, 1);
  hub.flush();
  publish(large);
  hear_all();
  EXPECT_EQ(calls, 1) << "a new turn begins at nothing";
}

TEST_F(HubTest, LargeChannelsWaitAndGatherWhileOthersAreHandedOut) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener();
  RecordingSubscriber& eve = listener("cats");
  publish("a");
  publish("b", "cats");
  hear_all();
  hub.flush_small(1);
  EXPECT_THAT(ann.lines, IsEmpty());
  EXPECT_THAT(eve.lines, ElementsAre("cats 1:b"));
  publish("c");
  hear_all();
  hub.flush_small(1);
  EXPECT_THAT(bob.lines, IsEmpty());
  hub.flush();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:c"));
  EXPECT_EQ(bob.lines, ann.lines);
}

// Each was handed out in each turn, so that listeners that waited for their write got ever more.
TEST_F(HubTest, ManyChannelsWaitAsALargeOneDoes) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener("cats");
  RecordingSubscriber& eve = listener("cows");
  publish("a");
  publish("b", "cats");
  publish("c", "cows");
  hear_all();
  hub.flush_small(2);
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a"));
  EXPECT_THAT(bob.lines, ElementsAre("cats 1:b"));
  EXPECT_THAT(eve.lines, IsEmpty());
  hub.flush_small(2);
  EXPECT_THAT(eve.lines, ElementsAre("cows 1:c"));
}

TEST_F(HubTest, WhatLargeChannelsGatherFillsTheTurnUntilTheyAreHandedOut) {
  int calls = 0;
  hub.set_turn_is_full([&] { ++calls; });
  listener();
  const std::string large(Hub::turn_bytes_max / 2, 'x');
  publish(large);
  hear_all();
  hub.flush_small(0);
  publish(large);
  hear_all();
  EXPECT_EQ(calls, 1);
}

class DeafSubscriber final : public Subscriber {
 public:
  void deliver(const SharedBytes&) override {}
  void on_subscribed(const Channel&, const SubscribeAnswer&) override {}
  void on_subscribe_failed(std::string_view, std::uint64_t, broker::BrokerError) override {}
  void on_resync(const Channel&, Position) override {}
  void on_disconnect() override {}
};

// Half of what a turn may gather.
class LargeDialect final : public Dialect {
 public:
  SharedBytes events(std::string_view, Epoch, std::span<const broker::Publication>) override {
    return large();
  }
  SharedBytes presence(std::string_view, const broker::PresenceChange&) override { return large(); }
  SharedBytes user_event(const broker::EventBytes&) override { return large(); }

 private:
  static SharedBytes large() { return SharedBytes(std::string(Hub::turn_bytes_max / 2 + 1, 'x')); }
};

// Symptom: what many presence channels or many backends told one client within one turn was more
// than its outbox holds.
TEST_F(HubTest, NoticesAndEventsForAUserFillTheTurnLikeOthers) {
  int calls = 0;
  hub.set_turn_is_full([&] { ++calls; });
  DeafSubscriber ann;
  hub.set_dialect(0, std::make_unique<LargeDialect>());
  hub.users().add(ann, "ann");
  hub.subscribe(ann, "dogs", {});
  settle();
  broker::UserCommand command;
  command.user = "ann";
  hub.on_user_command(command);
  command.user = "nobody";
  hub.on_user_command(command);
  EXPECT_EQ(calls, 0);
  const auto change = std::make_shared<broker::PresenceChange>();
  change->version = 1000;
  hub.on_presence("dogs", change);
  EXPECT_EQ(calls, 1);
  hub.users().remove(ann);
  hub.unsubscribe_all(ann);
}

TEST_F(HubTest, CountsEveryDeliveryAndHowLongItTook) {
  listener();
  listener("dogs", 1);
  broker::Publication publication;
  publication.offset = 1;
  publication.content = broker::EventBytes("event", "a");
  publication.received_at = 1;
  hub.on_publication("dogs", position().epoch, publication);
  hub.flush();
  EXPECT_EQ(metrics.deliveries.value(), 2U);
  EXPECT_EQ(metrics.publish_to_socket.sum_nanoseconds(), 0U) << "not written yet";
  hub.writes_done();
  EXPECT_GT(metrics.publish_to_socket.sum_nanoseconds(), 0U);
}

TEST_F(HubTest, KnowsHowLongADeliveryToManyTookOnceAllAreWrittenTo) {
  std::vector<DeafSubscriber> many(Hub::small_channel_max + 1);
  for (DeafSubscriber& one : many) hub.subscribe(one, "dogs", {});
  settle();
  broker::Publication publication;
  publication.offset = 1;
  publication.content = broker::EventBytes("event", "a");
  publication.received_at = 1;
  hub.on_publication("dogs", position().epoch, publication);
  hub.flush();
  hub.writes_done(false);
  EXPECT_EQ(metrics.publish_to_socket.sum_nanoseconds(), 0U);
  hub.writes_done(true);
  EXPECT_GT(metrics.publish_to_socket.sum_nanoseconds(), 0U);
  for (DeafSubscriber& one : many) hub.unsubscribe_all(one);
}

TEST_F(HubTest, GivesAUsersEventToAllItsConnectionsInTheirDialects) {
  RecordingSubscriber& first = subscriber(0);
  RecordingSubscriber& second = subscriber(1);
  RecordingSubscriber& other = subscriber(0);
  hub.users().add(first, "ann");
  hub.users().add(second, "ann");
  hub.users().add(other, "bob");
  broker::UserCommand command;
  command.user = "ann";
  command.content = broker::EventBytes("event", "hello");
  hub.on_user_command(command);
  EXPECT_THAT(first.lines, ElementsAre("for its user: hello"));
  EXPECT_THAT(second.lines, ElementsAre("for its user: hello"));
  EXPECT_THAT(other.lines, IsEmpty());
  for (RecordingSubscriber* each : {&first, &second, &other}) hub.users().remove(*each);
}

TEST_F(HubTest, DisconnectsAllConnectionsOfAUserAndRevokesOnlyIfTold) {
  std::vector<std::string> revoked;
  hub.set_revoked([&](std::string_view user, UnixSeconds at) {
    revoked.push_back(fmt::format("{} {}", user, at));
  });
  RecordingSubscriber& ann = subscriber();
  RecordingSubscriber& bob = subscriber();
  hub.users().add(ann, "ann");
  hub.users().add(bob, "bob");
  broker::UserCommand command;
  command.kind = broker::UserCommand::Kind::disconnect;
  command.user = "ann";
  command.at = 1000;
  hub.on_user_command(command);
  EXPECT_THAT(ann.lines, ElementsAre("disconnect"));
  EXPECT_FALSE(hub.revocations().refuses("ann", 1000));
  command.kind = broker::UserCommand::Kind::revoke;
  hub.on_user_command(command);
  EXPECT_THAT(ann.lines, SizeIs(2));
  EXPECT_TRUE(hub.revocations().refuses("ann", 1000));
  EXPECT_THAT(revoked, ElementsAre("ann 1000"));
  EXPECT_THAT(bob.lines, IsEmpty());
  hub.users().remove(ann);
  hub.users().remove(bob);
}

TEST_F(HubTest, ForgetsAtATickWhatWasRevokedTooLongAgo) {
  hub.revocations().set_age_max(seconds(100));
  hub.revocations().add("ann", 1000);
  hub.tick(1099);
  EXPECT_TRUE(hub.revocations().refuses("ann", 1000));
  hub.tick(1100);
  EXPECT_FALSE(hub.revocations().refuses("ann", 1000));
}

TEST_F(HubTest, ListsItsChannelsByNameFromWhereOneLeftOff) {
  for (const char* name : {"dogs-2", "cats", "dogs-1", "dogs-3", "dogs-1"}) listener(name);
  EXPECT_THAT(texts_of(hub.local_channels("dogs", "", 2)), ElementsAre("dogs-1 2", "dogs-2 1"));
  EXPECT_THAT(texts_of(hub.local_channels("dogs", "dogs-2", 2)), ElementsAre("dogs-3 1"));
  EXPECT_THAT(texts_of(hub.local_channels("", "", 1)), ElementsAre("cats 1"));
  EXPECT_THAT(texts_of(hub.local_channels("dogs", "a", 1)), ElementsAre("dogs-1 2"));
  EXPECT_THAT(hub.local_channels("dogs", "dogs-3", 10), IsEmpty());
  EXPECT_THAT(hub.local_channels("cat", "dogs", 10), IsEmpty());
  EXPECT_THAT(hub.local_channels("birds", "", 10), IsEmpty());
}

TEST_F(HubTest, ListsNoChannelThatNobodyListensToAnyMore) {
  RecordingSubscriber& ann = listener("dogs");
  listener("cats");
  hub.unsubscribe(ann, "dogs");
  EXPECT_THAT(texts_of(hub.local_channels("", "", 10)), ElementsAre("cats 1"));
  listener("dogs");
  EXPECT_THAT(texts_of(hub.local_channels("", "", 10)), ElementsAre("cats 1", "dogs 1"));
}

TEST_F(HubTest, CountsSubscribersThatStillWaitAmongTheOthers) {
  listener();
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, {1, 1000});
  EXPECT_EQ(hub.local_subscribers("dogs"), 2U);
  EXPECT_EQ(hub.local_subscribers("cats"), 0U);
}

}  // namespace
}  // namespace river::hub
