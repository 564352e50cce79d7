#include "broker/memory/home.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(HomeTest, GivesEachEventOfAChannelTheNextOffset) {
  const auto first = publish("dogs", "a");
  const auto second = publish("dogs", "b");
  EXPECT_EQ(first->offset, 1U);
  EXPECT_EQ(second, (Position{first->epoch, 2}));
  EXPECT_EQ(position_of("dogs"), *second);
  EXPECT_THAT(history_of("dogs"), ElementsAre("2:b", "1:a"));
}

TEST_F(HomeTest, GivesEachChannelItsOwnEpochThatIsNeverZero) {
  const auto dogs = publish("dogs", "a");
  const auto cats = publish("cats", "a");
  EXPECT_NE(dogs->epoch, cats->epoch);
  EXPECT_NE(dogs->epoch, 0U);
  EXPECT_EQ(cats->offset, 1U);
}

TEST_F(HomeTest, TellsOnlyTheLoopsThatListen) {
  publish("dogs", "nobody hears");
  listen("dogs", {}, 0);
  listen("dogs", {}, 5);
  listen("cats", {}, 1);
  publish("dogs", "a");
  home().forget("dogs", 0, now);
  publish("dogs", "b");
  home().forget("dogs", 5, now);
  publish("dogs", "c");
  EXPECT_THAT(output.lines, ElementsAre("dogs 1:nobody hears to 0", "dogs 2:a to 100001",
                                        "dogs 3:b to 100000", "dogs 4:c to 0"));
}

TEST_F(HomeTest, SnapshotsTheEventsMissedSinceAPosition) {
  const Position before = *publish("dogs", "a");
  publish("dogs", "b");
  publish("dogs", "c");
  const Snapshot snapshot = listen_since("dogs", before);
  EXPECT_TRUE(snapshot.recovered);
  EXPECT_EQ(snapshot.position.offset, 3U);
  EXPECT_THAT(texts_of(snapshot.events), ElementsAre("2:b", "3:c"));
}

TEST_F(HomeTest, RecoversWhoMissedNothing) {
  const Position before = *publish("dogs", "a");
  const Snapshot snapshot = listen_since("dogs", before);
  EXPECT_TRUE(snapshot.recovered);
  EXPECT_THAT(snapshot.events, IsEmpty());
}

TEST_F(HomeTest, DoesNotRecoverFromAnotherEpoch) {
  const Position before = *publish("dogs", "a");
  const Snapshot snapshot = listen_since("dogs", {before.epoch + 1, before.offset});
  EXPECT_FALSE(snapshot.recovered);
  EXPECT_EQ(snapshot.position, before);
  EXPECT_THAT(snapshot.events, IsEmpty());
}

TEST_F(HomeTest, DoesNotRecoverFromAnOffsetThatIsYetToCome) {
  const Position before = *publish("dogs", "a");
  EXPECT_FALSE(listen_since("dogs", {before.epoch, 2}).recovered);
}

TEST_F(HomeTest, DoesNotRecoverWhatTheHistoryHasForgotten) {
  const Position before = *publish("dogs", "1");
  for (const char* data : {"2", "3", "4", "5", "6"}) publish("dogs", data);
  EXPECT_TRUE(listen_since("dogs", before).recovered);
  publish("dogs", "7");
  const Snapshot snapshot = listen_since("dogs", before);
  EXPECT_FALSE(snapshot.recovered);
  EXPECT_THAT(snapshot.events, IsEmpty());
}

TEST_F(HomeTest, RewindsAsFarAsTheHistoryGoes) {
  for (const char* data : {"1", "2", "3"}) publish("dogs", data);
  SnapshotRequest request;
  request.rewind = 2;
  EXPECT_THAT(texts_of(listen("dogs", request).events), ElementsAre("2:2", "3:3"));
  request.rewind = 50;
  EXPECT_THAT(texts_of(listen("dogs", request).events), ElementsAre("1:1", "2:2", "3:3"));
}

TEST_F(HomeTest, PublishesTheSameIdOnceAndAnswersItTheSame) {
  const auto first = publish("dogs", "a", "id-1");
  EXPECT_EQ(publish("dogs", "a", "id-1"), first);
  EXPECT_NE(publish("dogs", "a", "id-2"), first);
  EXPECT_NE(publish("cats", "a", "id-1"), first);
  EXPECT_EQ(output.lines.size(), 3U);
  wait(settings.idempotency_age);
  EXPECT_EQ(publish("dogs", "a", "id-1")->offset, 3U);
}

// Symptom: clients who sent many ids made the home forget those of a backend, whose repetitions
// were then published again.
TEST_F(HomeTest, ClientsPushOutNoIdsOfABackend) {
  const auto first = publish("dogs", "a", "id-1");
  PublishRequest request;
  request.channel = "dogs";
  request.by_client = true;
  request.id = "id-1";
  EXPECT_NE(home().publish(request, now), first) << "theirs are apart";
  for (std::size_t i = 0; i < Idempotency::ids_max; ++i) {
    request.id = std::to_string(i);
    EXPECT_TRUE(home().publish(request, now).has_value());
  }
  EXPECT_EQ(publish("dogs", "a", "id-1"), first);
}

TEST_F(HomeTest, PublishesWithoutAnIdEveryTime) {
  publish("dogs", "a");
  EXPECT_EQ(publish("dogs", "a")->offset, 2U);
}

TEST_F(HomeTest, RefusesAPublicationForALoopThatIsFullAndForgetsItsId) {
  listen("dogs", {}, 3);
  output.full = LoopSet{1} << 3;
  EXPECT_EQ(publish("dogs", "a", "id-1"), std::unexpected(BrokerError::overloaded));
  EXPECT_THAT(output.lines, IsEmpty());
  EXPECT_EQ(position_of("dogs").offset, 0U);
  EXPECT_TRUE(publish("cats", "a").has_value()) << "nobody on the full loop listens to it";
  output.full = 0;
  EXPECT_EQ(publish("dogs", "a", "id-1")->offset, 1U);
}

TEST_F(HomeTest, HasNoHistoryOfWhatItDoesNotKnow) {
  const HistoryPage page = home().history("dogs", std::nullopt, 10, now);
  EXPECT_EQ(page.epoch, 0U);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_FALSE(knows("dogs")) << "a question makes no channel";
}

TEST_F(HomeTest, PagesTheHistory) {
  for (const char* data : {"1", "2", "3"}) publish("dogs", data);
  const HistoryPage page = home().history("dogs", Offset{3}, 1, now);
  EXPECT_EQ(page.epoch, position_of("dogs").epoch);
  EXPECT_THAT(texts_of(page.events), ElementsAre("2:2"));
  EXPECT_TRUE(page.more);
}

TEST_F(HomeTest, CountsPublicationsButNotRepetitions) {
  publish("dogs", "a", "id-1");
  publish("dogs", "a", "id-1");
  EXPECT_EQ(metrics.publications.value(), 1U);
}

}  // namespace
}  // namespace river::broker
