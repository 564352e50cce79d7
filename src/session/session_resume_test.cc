// What a client is given of the time before it subscribed.
#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

class SessionResume : public Transcript {
 protected:
  // Events 1, 2 and 3 of `dogs`, and its epoch as $e.
  void publish_three() {
    play(R"(
      first is in
      first > {"type":"subscribe","channel":"dogs"}
      first < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
      first breaks
      * publish dogs a 1
      * publish dogs b 2
      * publish dogs c 3
    )");
  }
  SessionResume() { names.set("first", World::sign({.user = "first"})); }
};

TEST_F(SessionResume, GivesWhatWasMissedAndThenTheRest) {
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":1}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":true}
    < {"type":"event","channel":"dogs","event":"b","data":2,"offset":2}
    < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
    * publish dogs d 4
    < {"type":"event","channel":"dogs","event":"d","data":4,"offset":4}
  )");
  EXPECT_EQ(world.metrics.snapshots_recovered.value(), 1U);
  EXPECT_EQ(world.metrics.deliveries.value(), 3U);
}

TEST_F(SessionResume, SaysThatNothingWasMissed) {
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":3}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":true}
  )");
}

TEST_F(SessionResume, SaysThatAnotherEpochMeansNothing) {
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"1","offset":1}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":false}
    > {"type":"subscribe","id":2,"channel":"cats","since":{"epoch":"nonsense","offset":1}}
    < {"type":"subscribed","id":2,"channel":"cats","epoch":"$cats","offset":0,"recovered":false}
  )");
  EXPECT_EQ(world.metrics.snapshots_not_recovered.value(), 2U);
}

TEST_F(SessionResume, SaysThatTheHistoryDoesNotReachBackSoFar) {
  ChannelRule two_events;
  two_events.history_events_max = 2;
  world.rules = ChannelRules(two_events, {});
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":0}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":false}
  )");
}

// A position of the future was taken for one that misses nothing.
TEST_F(SessionResume, SaysThatAPositionIsAheadOfTheChannel) {
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":9}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":false}
  )");
}

TEST_F(SessionResume, SaysToReloadWhenWhatWasMissedWouldFillTheOutbox) {
  world.settings.outbox_bytes_max = 1200;  // half of it takes one event and its overhead
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":1}}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":false}
    * publish dogs d 4
    < {"type":"event","channel":"dogs","event":"d","data":4,"offset":4}
  )");
  EXPECT_EQ(world.metrics.snapshots_recovered.value(), 0U);
}

TEST_F(SessionResume, DoesNotReplayWhatTheClientItselfHadPublishedThrough) {
  play(R"(
    ada opens
    ada < {"type":"welcome","connection":"$own","auth_timeout":15}
    * publish dogs a 1
    * publish dogs b 2 not $own
    * publish dogs c 3
    ada > {"type":"auth","token":"$ada"}
    ada < {"type":"authenticated","user":"ada","ping_interval":25}
    ada > {"type":"subscribe","channel":"dogs","rewind":3}
    ada < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":3,"rewound_to":0}
    ada < {"type":"event","channel":"dogs","event":"a","data":1,"offset":1}
    ada < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
  )");
}

// ── rewind and cache channels ──

TEST_F(SessionResume, RewindsByAsManyEventsAsThereAre) {
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","rewind":2}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"rewound_to":1}
    < {"type":"event","channel":"dogs","event":"b","data":2,"offset":2}
    < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
    > {"type":"unsubscribe","channel":"dogs"}
    < {"type":"unsubscribed","channel":"dogs"}
    > {"type":"subscribe","id":2,"channel":"dogs","rewind":10}
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":3,"rewound_to":0}
    < {"type":"event","channel":"dogs","event":"a","data":1,"offset":1}
    < {"type":"event","channel":"dogs","event":"b","data":2,"offset":2}
    < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
  )");
}

TEST_F(SessionResume, SaysNothingOfARewindThatFoundNothing) {
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","rewind":2}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":0}
  )");
}

TEST_F(SessionResume, RewindsByNoMoreThanFitsIntoHalfTheOutbox) {
  world.settings.outbox_bytes_max = 1300;
  publish_three();
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs","rewind":3}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"rewound_to":1}
    < {"type":"event","channel":"dogs","event":"b","data":2,"offset":2}
    < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
  )");
}

TEST_F(SessionResume, ACacheChannelBeginsWithItsLastEvent) {
  play(R"(
    * publish cache-scores a 1
    * publish cache-scores b 2
    is in
    > {"type":"subscribe","id":1,"channel":"cache-scores"}
    < {"type":"subscribed","id":1,"channel":"cache-scores","epoch":"$e","offset":2,\
        "rewound_to":1}
    < {"type":"event","channel":"cache-scores","event":"b","data":2,"offset":2}
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"cache-scores","since":{"epoch":"$e","offset":2}}
    ada < {"type":"subscribed","id":1,"channel":"cache-scores","epoch":"$e","offset":2,\
        "recovered":true}
    bob is in
    bob > {"type":"subscribe","id":1,"channel":"cache-scores","rewind":2}
    bob < {"type":"subscribed","id":1,"channel":"cache-scores","epoch":"$e","offset":2,\
        "rewound_to":0}
    bob < {"type":"event","channel":"cache-scores","event":"a","data":1,"offset":1}
    bob < {"type":"event","channel":"cache-scores","event":"b","data":2,"offset":2}
  )");
}

// ── An answer that comes later ──

TEST_F(SessionResume, WhatIsPublishedWhileItWaitsComesAfterTheAnswerAndOnce) {
  publish_three();
  play(R"(
    is in
    * hold
    > {"type":"subscribe","id":1,"channel":"dogs","since":{"epoch":"$e","offset":2}}
    * publish dogs d 4
    * answer
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":3,"recovered":true}
    < {"type":"event","channel":"dogs","event":"c","data":3,"offset":3}
    < {"type":"event","channel":"dogs","event":"d","data":4,"offset":4}
  )");
}

}  // namespace
}  // namespace river::session
