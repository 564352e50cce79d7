#include "hub/channel.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/hub_for_test.h"

namespace river::hub {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using ChannelTest = HubTest;

// ── Who comes in ──

TEST_F(ChannelTest, TheFirstSubscriberIsToldThePositionOnceTheBrokerHasSaidIt) {
  publish("a");
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  EXPECT_THAT(ann.lines, IsEmpty());
  EXPECT_TRUE(hub.is_subscribed(ann, "dogs"));
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 1"));
}

TEST_F(ChannelTest, ALaterOneIsAnsweredAtOnceWithoutAskingTheBroker) {
  listener();
  RecordingSubscriber& bob = subscriber();
  hub.subscribe(bob, "dogs", {});
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 0"));
  EXPECT_EQ(broker.questions(), 0U);
}

TEST_F(ChannelTest, WhoHasEverythingIsRecoveredAtOnce) {
  listener();
  publish("a");
  settle();
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, position());
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 1, recovered"));
}

TEST_F(ChannelTest, ALateOneGetsOnlyWhatComesAfterIt) {
  RecordingSubscriber& ann = listener();
  publish("a");
  hear_all();
  RecordingSubscriber& bob = subscriber();
  hub.subscribe(bob, "dogs", {});
  publish("b");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "dogs 2:b"));
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 1", "dogs 2:b"));
}

TEST_F(ChannelTest, WhoMissedSomethingGetsItBeforeTheLiveEvents) {
  const Position before = publish("a");
  publish("b");
  RecordingSubscriber& ann = subscriber();
  subscribe_since(ann, before);
  settle();
  publish("c");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 2, recovered, with 2:b", "dogs 3:c"));
}

TEST_F(ChannelTest, WhoMissedWhatIsGoneIsToldSo) {
  const Position before = publish("a");
  publish("b");
  server.forget_oldest("dogs");
  server.forget_oldest("dogs");
  RecordingSubscriber& ann = subscriber();
  subscribe_since(ann, before);
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 2, not recovered"));
}

TEST_F(ChannelTest, ASubscriberThatLeavesBeforeTheAnswerHearsNothingMore) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  EXPECT_TRUE(hub.unsubscribe(ann, "dogs"));
  EXPECT_FALSE(hub.unsubscribe(ann, "dogs"));
  settle();
  EXPECT_THAT(ann.lines, IsEmpty());
  EXPECT_EQ(hub.channel_count(), 0U);
}

TEST_F(ChannelTest, ARefusedSubscriptionIsGone) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  broker.fail_request();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("not in dogs"));
  EXPECT_FALSE(hub.is_subscribed(ann, "dogs"));
  EXPECT_EQ(hub.channel_count(), 0U);
  EXPECT_EQ(metrics.subscriptions_open.value(), 0U);
}

TEST_F(ChannelTest, ASubscriptionRefusedAtOnceIsGoneAsWell) {
  broker.set_mode(RemoteBroker::Mode::refusing);
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  EXPECT_THAT(ann.lines, ElementsAre("not in dogs"));
  EXPECT_EQ(hub.channel_count(), 0U);
}

// ── The live stream ──

TEST_F(ChannelTest, TheEventsOfATurnAreDeliveredTogetherAtItsEnd) {
  RecordingSubscriber& ann = listener();
  publish("a");
  publish("b");
  hear_all();
  EXPECT_THAT(ann.lines, IsEmpty());
  hub.flush();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b"));
  hub.flush();
  EXPECT_THAT(ann.lines, SizeIs(1));
}

TEST_F(ChannelTest, EventsAreEncodedOnceForAllListenersOfADialect) {
  const RecordingSubscriber& first = listener("dogs", 0);
  const RecordingSubscriber& second = listener("dogs", 0);
  const RecordingSubscriber& other = listener("dogs", 1);
  publish("a");
  settle();
  EXPECT_EQ(first.deliveries[0].view().data(), second.deliveries[0].view().data());
  EXPECT_NE(first.deliveries[0].view(), other.deliveries[0].view());
  EXPECT_THAT(chunks, SizeIs(2));
}

TEST_F(ChannelTest, AConnectionIsSparedItsOwnEchoButNothingElse) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener();
  publish("a");
  publish("b", "dogs", ann.connection);
  publish("c");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "dogs 3:c"));
  EXPECT_THAT(bob.lines, ElementsAre("dogs 1:a", "dogs 2:b", "dogs 3:c"));
}

TEST_F(ChannelTest, AConnectionIsSparedItsOwnEchoAmongTheMissedEventsToo) {
  const Position before = publish("a");
  RecordingSubscriber& ann = subscriber();
  publish("b", "dogs", ann.connection);
  publish("c");
  subscribe_since(ann, before);
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 3, recovered, with 3:c"));
}

TEST_F(ChannelTest, WhoUnsubscribesWithinTheTurnGetsNothingMore) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener();
  publish("a");
  hear_all();
  hub.unsubscribe(ann, "dogs");
  hub.flush();
  EXPECT_THAT(ann.lines, IsEmpty());
  EXPECT_THAT(bob.lines, ElementsAre("dogs 1:a"));
}

TEST_F(ChannelTest, AnEventThatComesTwiceIsDeliveredOnce) {
  RecordingSubscriber& ann = listener();
  publish("a");
  broker.repeat(false);
  publish("b");
  broker.repeat(true);
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b"));
}

TEST_F(ChannelTest, ThePositionDeliveredIsWithoutTheEventsOfThisTurn) {
  RecordingSubscriber& ann = listener();
  publish("a");
  hear_all();
  const Channel& channel = *ann.subscriptions[0].channel;
  EXPECT_EQ(channel.delivered_position().offset, 0U);
  EXPECT_EQ(channel.position().offset, 1U);
  hub.flush();
  EXPECT_EQ(channel.delivered_position().offset, 1U);
}

// ── Two channels of information, each of which may be ahead ──

TEST_F(ChannelTest, EventsThatOvertakeTheSnapshotFollowIt) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  broker.carry_out();
  publish("a");
  publish("b");
  hear_all();
  broker.give_answer(0);
  hub.flush();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 0", "dogs 1:a 2:b"));
}

TEST_F(ChannelTest, EventsThatTheSnapshotHasAreNotDoubledByTheStream) {
  listener();
  const Position before = position();
  publish("a");
  settle();
  publish("b");
  RecordingSubscriber& ann = subscriber();
  subscribe_since(ann, before);
  answer_next();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 1, recovered, with 1:a", "dogs 2:b"));
}

TEST_F(ChannelTest, ASnapshotAheadOfTheStreamBringsItsEventsToEveryListenerOnce) {
  RecordingSubscriber& ann = listener();
  const Position before = position();
  RecordingSubscriber& bob = subscriber();
  SubscribeOptions options;
  options.rewind = 10;
  hub.subscribe(bob, "dogs", options);
  publish("a");
  publish("b");
  answer_next();
  hub.flush();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b"));
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 0", "dogs 1:a 2:b"));
  EXPECT_EQ(before.offset, 0U);
  settle();
  EXPECT_THAT(ann.lines, SizeIs(1));
  EXPECT_THAT(bob.lines, SizeIs(2));
}

TEST_F(ChannelTest, ASnapshotBehindTheStreamIsCompletedByTheLiveEvents) {
  listener();
  const Position before = publish("a");
  publish("b");
  settle();
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, before);
  broker.carry_out();
  publish("c");
  hear_all();
  broker.give_answer(0);
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 3, recovered, with 2:b 3:c"));
}

TEST_F(ChannelTest, ARewindGivesNoMoreEventsThanWereAskedForAlthoughSomeCameMeanwhile) {
  listener();
  for (const char* data : {"a", "b", "c"}) publish(data);
  settle();
  RecordingSubscriber& bob = subscriber();
  SubscribeOptions options;
  options.rewind = 2;
  hub.subscribe(bob, "dogs", options);
  broker.carry_out();
  publish("d");
  hear_all();
  broker.give_answer(0);
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 4, with 3:c 4:d"));
}

// Symptom: a client that came back on a loop whose stream was behind got events a second time.
TEST_F(ChannelTest, WhoIsAheadOfTheStreamComesInWhenTheStreamHasReachedIt) {
  RecordingSubscriber& ann = listener();
  publish("a");
  const Position ahead = publish("b");
  publish("c");
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, ahead);
  answer_next();
  EXPECT_THAT(bob.lines, IsEmpty());
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b 3:c"));
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 3, recovered, with 3:c"));
}

TEST_F(ChannelTest, ASnapshotOfANewEpochWaitsUntilTheListenersKnowOfIt) {
  RecordingSubscriber& ann = listener();
  publish("a");
  settle();
  server.end_epoch("dogs");
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, {position().epoch, 0});
  answer_next();
  EXPECT_THAT(bob.lines, IsEmpty());
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "lost dogs before 0"));
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 0, recovered"));
}

// ── Losses ──

TEST_F(ChannelTest, AGapIsFilledBeforeWhatCameAfterIt) {
  RecordingSubscriber& ann = listener();
  publish("a");
  broker.lose();
  publish("b");
  hear_all();
  hub.flush();
  EXPECT_THAT(ann.lines, IsEmpty());
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b"));
}

TEST_F(ChannelTest, AGapThatCannotBeFilledIsToldToEveryListener) {
  RecordingSubscriber& ann = listener();
  RecordingSubscriber& bob = listener();
  publish("a");
  broker.lose();
  server.forget_oldest("dogs");
  publish("b");
  settle();
  publish("c");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("lost dogs before 2", "dogs 3:c"));
  EXPECT_THAT(bob.lines, ElementsAre("lost dogs before 2", "dogs 3:c"));
}

TEST_F(ChannelTest, ANewEpochIsToldAndItsEventsFollow) {
  RecordingSubscriber& ann = listener();
  publish("a");
  server.end_epoch("dogs");
  publish("b");
  publish("c");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "lost dogs before 2"));
}

TEST_F(ChannelTest, WhatCannotBeAskedForIsAskedForAgainAtTheNextTick) {
  RecordingSubscriber& ann = listener();
  publish("a");
  broker.lose();
  publish("b");
  hear_all();
  broker.fail_request();
  settle();
  EXPECT_THAT(ann.lines, IsEmpty());
  hub.tick(0);
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a 2:b"));
}

TEST_F(ChannelTest, EventsOfAnOlderEpochThatComeLateDoNoHarm) {
  RecordingSubscriber& ann = listener();
  publish("a");
  server.end_epoch("dogs");
  publish("b");
  broker.repeat(false);  // "a" once more, after "b"
  settle();
  publish("c");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:a", "lost dogs before 1", "dogs 2:c"));
}

// Symptom: events of the stream were lost silently, when the channel had been left and taken up
// again, and the answer to a question from before came only then.
TEST_F(ChannelTest, AnAnswerToTheRepairOfAFormerStayIsNotTakenForThePresentOne) {
  RecordingSubscriber& ann = listener();
  publish("a");
  broker.lose();
  publish("b");
  hear_all();
  server.forget_oldest("dogs");
  broker.carry_out();  // the repair, in vain; its answer waits
  hub.unsubscribe(ann, "dogs");
  server.end_epoch("dogs");
  hub.subscribe(ann, "dogs", {});
  while (broker.carry_out()) {
  }
  broker.give_answer(1);
  publish("c");
  broker.lose();
  publish("d");
  hear_all();
  broker.give_answer(0);
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 0", "dogs 1:c 2:d"));
}

TEST_F(ChannelTest, EventsOfAnOlderEpochDoNotCompleteASnapshotOfTheNewOne) {
  listener();
  publish("a");
  settle();
  RecordingSubscriber& bob = subscriber();
  SubscribeOptions options;
  options.rewind = 10;
  hub.subscribe(bob, "dogs", options);  // waits from here on
  publish("old");
  hear_all();
  server.end_epoch("dogs");
  publish("1");
  broker.carry_out();
  publish("2");
  hear_all();
  broker.carry_out();
  broker.give_answer(1);  // the repair: the stream is at 2, where the old one was
  settle();
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 2, with 1:1 2:2"));
}

// Symptom: listeners were told of a loss, although all that the broker had forgotten had come.
TEST_F(ChannelTest, WhatArrivedWhileTheStreamWasMendedIsNotLost) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  broker.carry_out();
  publish("of before");
  hub.unsubscribe(ann, "dogs");
  server.end_epoch("dogs");
  hub.subscribe(ann, "dogs", {});
  hear_all();
  while (broker.carry_out()) {
  }
  while (broker.give_answer(0)) {
  }
  publish("a");
  server.forget_oldest("dogs");
  hear_all();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 0", "dogs 1:a"));
}

// ── Presence ──

TEST_F(ChannelTest, ChangesOfPresenceComeInTheirPlaceAmongTheEvents) {
  RecordingSubscriber& ann = subscriber();
  enter(ann, "ann", "room");
  settle();
  ann.lines.clear();
  publish("a", "room");
  RecordingSubscriber& bob = subscriber();
  enter(bob, "bob", "room");
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("room 1:a", "room +bob"));
  EXPECT_THAT(bob.lines, ElementsAre("in room at 0, where are ann bob", "room 1:a", "room +bob"));
}

TEST_F(ChannelTest, AChangeThatOvertakesTheSnapshotIsToldAfterIt) {
  listener("room");
  RecordingSubscriber& ann = subscriber();
  enter(ann, "ann", "room");
  broker.carry_out();
  server.leave("room", "ann", ann.connection);
  hear_all();
  broker.give_answer(0);
  EXPECT_THAT(ann.lines, ElementsAre("in room at 0, where are ann", "room -ann"));
}

// Symptom: who came back to a channel saw a member for ever who had left in between.
TEST_F(ChannelTest, AChangeFromBeforeTheLoopForgotTheChannelIsNotTold) {
  RecordingSubscriber& ann = subscriber();
  enter(ann, "ann", "room");
  broker.carry_out();  // "+ann" is on its way
  hub.unsubscribe(ann, "room");
  while (broker.carry_out()) {
  }
  server.leave("room", "ann", ann.connection);
  enter(ann, "bob", "room");
  hear_all();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in room at 0, where are bob"));
}

// ── Limits ──

class ChannelLimits : public HubTest {
 protected:
  ChannelLimits() : HubTest({.events_max = 2, .presence_changes_max = 2, .attempts_max = 3}) {}

  void publish_many(int count) {
    for (int i = 0; i < count; ++i) publish(std::to_string(i));
  }
};

TEST_F(ChannelLimits, WhoNeedsALiveEventThatWasDroppedIsAskedForAgain) {
  listener();
  const Position before = position();
  RecordingSubscriber& bob = subscriber();
  publish_many(1);
  hear_all();
  subscribe_since(bob, before);
  broker.carry_out();
  publish_many(3);
  hear_all();
  broker.give_answer(0);
  EXPECT_THAT(bob.lines, IsEmpty());
  settle();
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 4, recovered, with 1:0 2:0 3:1 4:2"));
}

TEST_F(ChannelLimits, WhoNeverGetsASnapshotThatIsYoungEnoughIsNotRecovered) {
  listener();
  const Position before = position();
  RecordingSubscriber& bob = subscriber();
  publish_many(1);
  hear_all();
  subscribe_since(bob, before);
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_THAT(bob.lines, IsEmpty());
    broker.carry_out();
    publish_many(3);
    hear_all();
    broker.give_answer(0);
  }
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 10, not recovered"));
}

TEST_F(ChannelLimits, WhoAskedForNothingOldNeedsNoneOfTheDroppedEvents) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  settle();
  RecordingSubscriber& bob = subscriber();
  enter(bob, "bob", "dogs");
  broker.carry_out();
  publish_many(5);
  hear_all();
  broker.give_answer(0);
  EXPECT_EQ(bob.lines[0], "in dogs at 5, where are bob");
}

TEST_F(ChannelLimits, HeldEventsThatWereDroppedAreAskedFor) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  broker.carry_out();
  publish_many(5);
  hear_all();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 0", "dogs 1:0 2:1 3:2 4:3 5:4"));
}

// Symptom: when so much came twice that not all of it could be held back, an event among it was
// lost silently.
TEST_F(ChannelLimits, RepetitionsDoNotPushOutWhatIsHeldBack) {
  RecordingSubscriber& ann = subscriber();
  hub.subscribe(ann, "dogs", {});
  broker.carry_out();
  publish("a");
  publish("b");
  broker.repeat(false);
  broker.repeat(false);
  hear_all();
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("in dogs at 0", "dogs 1:a", "dogs 2:b"));
}

// Symptom: the last event was lost silently, when somebody came in while the stream was mended and
// much was held back.
TEST_F(ChannelLimits, ASnapshotDoesNotPushOutWhatIsHeldBack) {
  RecordingSubscriber& ann = listener();
  const Position before = position();
  publish_many(1);
  broker.lose();
  publish_many(1);
  hear_all();  // a gap
  RecordingSubscriber& bob = subscriber();
  subscribe_since(bob, before);
  while (broker.carry_out()) {
  }
  publish_many(1);
  hear_all();
  broker.give_answer(1);  // to bob; then the repair, which is older than what is held
  settle();
  EXPECT_THAT(ann.lines, ElementsAre("dogs 1:0 2:0 3:0"));
  EXPECT_THAT(bob.lines, ElementsAre("in dogs at 0, recovered", "dogs 1:0 2:0 3:0"));
}

TEST_F(ChannelLimits, WhoMissesAChangeOfPresenceThatWasDroppedIsShownTheMembersAnew) {
  listener("room");
  RecordingSubscriber& ann = subscriber();
  enter(ann, "ann", "room");
  broker.carry_out();
  for (const char* user : {"bob", "cat", "dan"}) {
    RecordingSubscriber& other = subscriber();
    enter(other, user, "room");
    broker.carry_out();
    hear_all();
  }
  while (broker.give_answer(0)) {
  }
  EXPECT_THAT(ann.lines, IsEmpty());
  settle();
  ASSERT_FALSE(ann.lines.empty());
  EXPECT_EQ(ann.lines[0], "in room at 0, where are ann bob cat dan");
}

}  // namespace
}  // namespace river::hub
