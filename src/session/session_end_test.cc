// What a session leaves behind: nothing; and what still comes for it when it has gone.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "session/transcript_for_test.h"

namespace river::session {
namespace {

using auth::Action;
using auth::bit_of;

class SessionEnd : public Transcript {
 protected:
  SessionEnd() {
    grant("ada", "ada",
          {{"*", static_cast<auth::Actions>(bit_of(Action::subscribe) | bit_of(Action::publish) |
                                            bit_of(Action::history) | bit_of(Action::presence))}});
  }
  [[nodiscard]] std::uint32_t connections_of(std::string_view user) {
    return world.connections_per_user.taken(SeededHash()(user));
  }
};

TEST_F(SessionEnd, TellsTheClientToComeBackWhenTheServerDrains) {
  play(R"(
    ada is in
    ada > {"type":"subscribe","channel":"dogs"}
    ada < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
    ada drains 1830ms
    ada < {"type":"reconnect","after_ms":1830,"reason":"draining"}
    ada x 1001 the server is going away
    * publish dogs e 1
  )");
  EXPECT_EQ(world.closes(CloseCause::going_away), 1U);
  EXPECT_EQ(world.metrics.subscriptions_open.value(), 0U);
  EXPECT_EQ(world.metrics.clients_open.value(), 1U);
  play("ada breaks");
  EXPECT_EQ(world.metrics.clients_open.value(), 0U);
}

TEST_F(SessionEnd, DrainsWhoHasShownNoTokenYet) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    drains 100ms
    < {"type":"reconnect","after_ms":100,"reason":"draining"}
    x 1001 the server is going away
  )");
}

TEST_F(SessionEnd, ATransportMayEndItForASlowReader) {
  play("ada is in");
  client("ada").session->close(protocol::CloseCode::slow_reader);
  client("ada").session->close(protocol::CloseCode::going_away);  // it has ended
  play("ada x 4430 reads too slowly");
  EXPECT_EQ(world.closes(CloseCause::slow_reader), 1U);
  EXPECT_EQ(world.closes(CloseCause::going_away), 0U);
}

TEST_F(SessionEnd, LeavesNoTraceInTheHub) {
  play(R"(
    ada is in
    ada > {"type":"subscribe","channel":"a"}
    ada < {"type":"subscribed","channel":"a","epoch":"$a","offset":0}
    ada > {"type":"subscribe","channel":"b"}
    ada < {"type":"subscribed","channel":"b","epoch":"$b","offset":0}
    * hold
    ada > {"type":"subscribe","channel":"c"}
    ada breaks
    * answer
  )");
  EXPECT_EQ(world.hub.channel_count(), 0U);
  EXPECT_EQ(world.hub.users().size(), 0U);
  EXPECT_EQ(world.metrics.subscriptions_open.value(), 0U);
}

// ── Answers that come too late ──

TEST_F(SessionEnd, AnswersForWhoIsGoneGoNowhere) {
  play(R"(
    ada is in
    * hold
    ada > {"type":"subscribe","id":1,"channel":"dogs"}
    ada > {"type":"publish","id":2,"channel":"dogs","event":"e","data":1}
    ada > {"type":"history","id":3,"channel":"dogs"}
    ada > {"type":"presence","id":4,"channel":"presence-room"}
    ada breaks
    * answer
  )");
}

TEST_F(SessionEnd, AnswersAfterTheCloseAreNotSaid) {
  play(R"(
    ada is in
    * hold
    ada > {"type":"subscribe","id":1,"channel":"dogs"}
    ada > {"type":"publish","id":2,"channel":"dogs","event":"e","data":1}
    ada > {"type":"history","id":3,"channel":"dogs"}
    ada > {"type":"presence","id":4,"channel":"presence-room"}
    ada > nonsense
    ada x 4400 not a command: $_
    * answer
  )");
}

TEST_F(SessionEnd, LateAnswersComeInTheirOrder) {
  play(R"(
    ada is in
    * hold
    ada > {"type":"publish","id":1,"channel":"dogs","event":"e","data":1}
    ada > {"type":"history","id":2,"channel":"dogs"}
    ada > {"type":"presence","id":3,"channel":"presence-room"}
    ada > {"type":"ping"}
    ada < {"type":"pong"}
    * answer
    ada < {"type":"ok","id":1,"epoch":"$e","offset":1}
    ada < {"type":"history","id":2,"channel":"dogs","epoch":"$e","events":[{"event":"e","data":1,\
        "offset":1,"time":1700000000}],"more":false}
    ada < {"type":"members","id":3,"channel":"presence-room","members":[],"member_count":0}
  )");
}

// ── The places of a user ──

TEST_F(SessionEnd, AUserHasAsManyConnectionsAsItMay) {
  world.settings.connections_per_user_max = 1;
  play(R"(
    ada is in
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$ada"}
    x 4403 too many connections of this user
    bob is in
  )");
  EXPECT_EQ(connections_of("ada"), 1U);
  EXPECT_EQ(client("it").bad_tokens, 0);
  EXPECT_EQ(world.closes(CloseCause::forbidden), 1U);
}

TEST_F(SessionEnd, WhoIsNobodyHasNoLimit) {
  world.settings.connections_per_user_max = 1;
  for (const char* user : {"first", "second"}) names.set(user, World::sign({}));
  play(R"(
    first is in
    second is in
    second > {"type":"ping"}
    second < {"type":"pong"}
    first > {"type":"ping"}
    first < {"type":"pong"}
  )");
}

TEST_F(SessionEnd, ARenewalTakesNoSecondPlace) {
  world.settings.connections_per_user_max = 1;
  play(R"(
    ada is in
    ada > {"type":"auth","id":2,"token":"$ada"}
    ada < {"type":"authenticated","id":2,"user":"ada","ping_interval":25}
  )");
  EXPECT_EQ(connections_of("ada"), 1U);
  play("ada breaks");
  EXPECT_EQ(connections_of("ada"), 0U);
}

class WayOut : public SessionEnd, public testing::WithParamInterface<const char*> {};

TEST_P(WayOut, GivesThePlaceBack) {
  world.settings.connections_per_user_max = 1;
  world.settings.messages = {.per_second = 1, .burst = 3};
  names.set("short", World::sign({.user = "ada", .expires = world.unix_now() + 20}));
  play("ada is in");
  EXPECT_EQ(connections_of("ada"), 1U);
  play(GetParam());
  EXPECT_EQ(connections_of("ada"), 0U);
  play("ada breaks");  // once is enough
  EXPECT_EQ(connections_of("ada"), 0U);
  EXPECT_EQ(world.metrics.clients_open.value(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Ways, WayOut,
                         testing::Values(
                             R"(ada drains 1s
       ada < {"type":"reconnect","after_ms":1000,"reason":"draining"}
       ada x 1001 the server is going away)",
                             R"(ada > nonsense
       ada x 4400 not a command: $_)",
                             R"(ada > {"type":"auth","token":"$bob"}
       ada x 4401 the new token is for another user)",
                             R"(ada > {"type":"auth","id":1,"token":"$short"}
       ada < {"type":"authenticated","id":1,"user":"ada","expires_in":$_,"ping_interval":25}
       + 20s
       ada x 4401 the token has expired)",
                             R"(* disconnect ada
       ada x 4401 disconnected by the application)",
                             R"(+ 25s
       ada < {"type":"ping"}
       + 10s
       ada x 4408 no answer to ping)",
                             R"(ada pongs
       ada pongs
       ada pongs
       ada pongs
       ada x 4429 sent too much, too fast)"));

}  // namespace
}  // namespace river::session
