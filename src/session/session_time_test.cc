// Pings, and how fast a client may send.
#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

class SessionTime : public Transcript {};

TEST_F(SessionTime, PingsAfterSilenceAndWaitsForAnAnswer) {
  play(R"(
    is in
    + 24999ms
    + 1ms
    < {"type":"ping"}
    + 9s
    > {"type":"pong"}
    + 24999ms
    + 1ms
    < {"type":"ping"}
  )");
}

TEST_F(SessionTime, ClosesWhoDoesNotAnswer) {
  play(R"(
    is in
    + 25s
    < {"type":"ping"}
    + 9999ms
    + 1ms
    x 4408 no answer to ping
  )");
  EXPECT_EQ(world.closes(CloseCause::no_pong), 1U);
}

TEST_F(SessionTime, APingThatIsSentLateLeavesAsMuchTimeForItsAnswer) {
  play(R"(
    is in
    + 60s
    < {"type":"ping"}
    + 9999ms
    + 1ms
    x 4408 no answer to ping
  )");
}

TEST_F(SessionTime, AnyMessageShowsThatTheClientLives) {
  play(R"(
    is in
    + 20s
    > {"type":"unsubscribe","id":1,"channel":"dogs"}
    < {"type":"error","id":1,"code":4410,"reason":"not_subscribed",\
        "message":"this connection is not subscribed to the channel","retry":false,\
        "channel":"dogs"}
    + 24s
    + 1s
    < {"type":"ping"}
    + 5s
    > {"type":"ping"}
    < {"type":"pong"}
    + 24s
  )");
}

TEST_F(SessionTime, AControlFrameShowsItAsWell) {
  play(R"(
    is in
    + 25s
    < {"type":"ping"}
    + 5s
    pongs
    + 24s
    + 1s
    < {"type":"ping"}
  )");
}

TEST_F(SessionTime, WhatItIsToldShowsNothing) {
  play(R"(
    is in
    > {"type":"subscribe","channel":"dogs"}
    < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
    + 20s
    * publish dogs e 1
    < {"type":"event","channel":"dogs","event":"e","data":1,"offset":1}
    + 5s
    < {"type":"ping"}
  )");
}

TEST_F(SessionTime, AStreamIsPingedButOwesNoAnswer) {
  play(R"(
    ada streams
    + 25s
    ada < {"type":"ping"}
    + 24999ms
    + 1ms
    ada < {"type":"ping"}
    + 25s
    ada < {"type":"ping"}
  )");
}

TEST_F(SessionTime, AStreamEndsWithItsToken) {
  names.set("short", World::sign({.user = "ada", .expires = world.unix_now() + 20}));
  play(R"(
    short streams
    + 20s
    short x 4401 the token has expired
  )");
}

// ── Rate ──

TEST_F(SessionTime, ClosesWhoSendsTooFast) {
  world.settings.messages = {.per_second = 2, .burst = 3};
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","token":"$ada"}
    < {"type":"authenticated","user":"ada","ping_interval":25}
    > {"type":"pong"}
    > {"type":"pong"}
    > {"type":"pong"}
    x 4429 sent too much, too fast
  )");
  EXPECT_EQ(world.closes(CloseCause::too_fast), 1U);
}

TEST_F(SessionTime, WhoSendsSlowlyEnoughMaySendForEver) {
  world.settings.messages = {.per_second = 2, .burst = 3};
  play("is in");
  for (int i = 0; i < 100; ++i) play("> {\"type\":\"pong\"}\n + 500ms");
  EXPECT_EQ(client("it").session->state(), Session::State::authenticated);
}

TEST_F(SessionTime, ControlFramesCountAsMessages) {
  world.settings.messages = {.per_second = 1, .burst = 2};
  play(R"(
    is in
    pongs
    > {"type":"pong"}
    pongs
    x 4429 sent too much, too fast
  )");
}

}  // namespace
}  // namespace river::session
