#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

using auth::Action;
using auth::bit_of;

class SessionAuth : public Transcript {
 protected:
  void sign(std::string_view name, const auth::TokenRequest& request) {
    names.set(name, World::sign(request));
  }
};

TEST_F(SessionAuth, WelcomesAndThenTakesAToken) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$connection","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$ada"}
    < {"type":"authenticated","id":1,"user":"ada","ping_interval":25}
  )");
  EXPECT_EQ(client("it").session->state(), Session::State::authenticated);
  EXPECT_NE(parse_connection_id(names["connection"]), 0U);
}

TEST_F(SessionAuth, LetsInWhoIsNobodyInParticular) {
  sign("nobody", {});
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","token":"$nobody"}
    < {"type":"authenticated","ping_interval":25}
    > {"type":"subscribe","id":2,"channel":"dogs"}
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
  )");
}

TEST_F(SessionAuth, NamesEachConnectionDifferently) {
  play(R"(
    ada opens
    ada < {"type":"welcome","connection":"$first","auth_timeout":15}
    bob opens
    bob < {"type":"welcome","connection":"$second","auth_timeout":15}
  )");
  EXPECT_NE(names["first"], names["second"]);
}

TEST_F(SessionAuth, ClosesWhoBeginsWithAnythingElse) {
  for (const char* message : {
           R"({"type":"subscribe","id":1,"channel":"dogs"})",
           R"({"type":"subscribe","id":1,"channel":"not a channel"})",
           R"({"type":"unsubscribe","id":1,"channel":"dogs"})",
           R"({"type":"publish","id":1,"channel":"dogs","event":"e","data":1})",
           R"({"type":"history","id":1,"channel":"dogs"})",
           R"({"type":"presence","id":1,"channel":"presence-dogs"})",
           R"({"type":"ping"})",
           R"({"type":"pong"})",
       }) {
    names.forget("c");
    names.set("message", message);
    play(R"(
      opens
      < {"type":"welcome","connection":"$c","auth_timeout":15}
      > $message
      x 4401 the first message must be auth, with a token
    )");
  }
  EXPECT_EQ(world.failures(AuthFailure::not_first), 8U);
  EXPECT_EQ(world.hub.channel_count(), 0U);
}

TEST_F(SessionAuth, ClosesWhoDoesNotSpeakTheProtocol) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > null
    x 4400 not a command: it must be a JSON object
  )");
  EXPECT_EQ(world.closes(CloseCause::protocol_error), 1U);
}

TEST_F(SessionAuth, WaitsFifteenSecondsForATokenAndNoLonger) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    + 14999ms
    + 1ms
    x 4401 no token came in time
  )");
  EXPECT_EQ(world.failures(AuthFailure::timed_out), 1U);
  EXPECT_EQ(world.closes(CloseCause::unauthenticated), 1U);
}

TEST_F(SessionAuth, ControlFramesBuyNoTime) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    + 10s
    pongs
    + 5s
    x 4401 no token came in time
  )");
}

TEST_F(SessionAuth, RefusesATokenThatIsNotValid) {
  names.set("forged", auth::sign_token({.user = "ada"}, "another secret of thirty-two bytes.."));
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$forged"}
    x 4401 the token is not valid
  )");
  EXPECT_EQ(client("it").bad_tokens, 1);
  EXPECT_EQ(world.failures(AuthFailure::bad_signature), 1U);
}

TEST_F(SessionAuth, RefusesATokenThatHasExpired) {
  sign("old", {.user = "ada", .expires = world.unix_now() - 1});
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$old"}
    x 4401 the token is not valid
  )");
  EXPECT_EQ(world.failures(AuthFailure::expired), 1U);
}

TEST_F(SessionAuth, ListensToNobodyAfterItsEnd) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"ping"}
    x 4401 the first message must be auth, with a token
    > {"type":"auth","id":1,"token":"$ada"}
    pongs
    drains 1s
    + 100s
  )");
  EXPECT_EQ(client("it").session->state(), Session::State::closed);
  EXPECT_EQ(world.metrics.messages_received.value(), 1U);
}

// ── Expiry and renewal ──

TEST_F(SessionAuth, ClosesWhenTheTokenExpires) {
  sign("short", {.user = "ada", .expires = world.unix_now() + 20});
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    + 5s
    > {"type":"auth","id":1,"token":"$short"}
    < {"type":"authenticated","id":1,"user":"ada","expires_in":15,"ping_interval":25}
    + 14999ms
    + 1ms
    x 4401 the token has expired
  )");
  EXPECT_EQ(world.failures(AuthFailure::expired), 1U);
}

TEST_F(SessionAuth, ATokenShownInTimeProlongsTheConnection) {
  sign("short", {.user = "ada", .expires = world.unix_now() + 20});
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$short"}
    < {"type":"authenticated","id":1,"user":"ada","expires_in":$left,"ping_interval":25}
    + 10s
    > {"type":"auth","id":2,"token":"$ada"}
    < {"type":"authenticated","id":2,"user":"ada","ping_interval":25}
    + 24s
    > {"type":"pong"}
    + 24s
  )");
  EXPECT_EQ(client("it").session->state(), Session::State::authenticated);
}

TEST_F(SessionAuth, ATokenThatExpiresAfterAHundredYearsIsNoTrouble) {
  sign("eternal", {.user = "ada", .expires = world.unix_now() + 100L * 365 * 24 * 3600});
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$eternal"}
    < {"type":"authenticated","id":1,"user":"ada","expires_in":$left,"ping_interval":25}
    + 24s
  )");
}

TEST_F(SessionAuth, KeepsItsUser) {
  play(R"(
    ada is in
    ada > {"type":"auth","id":2,"token":"$bob"}
    ada x 4401 the new token is for another user
  )");
  EXPECT_EQ(world.failures(AuthFailure::bad_claims), 1U);
  EXPECT_EQ(client("ada").bad_tokens, 1);
  EXPECT_EQ(world.hub.users().size(), 0U);
}

TEST_F(SessionAuth, SomebodyCannotBecomeNobodyNorNobodySomebody) {
  sign("nobody", {});
  play(R"(
    ada is in
    ada > {"type":"auth","id":2,"token":"$nobody"}
    ada x 4401 the new token is for another user
    nobody is in
    nobody > {"type":"auth","id":2,"token":"$ada"}
    nobody x 4401 the new token is for another user
  )");
}

TEST_F(SessionAuth, ABadTokenEndsWhatAGoodOneBegan) {
  play(R"(
    ada is in
    ada > {"type":"auth","id":2,"token":"nonsense"}
    ada x 4401 the token is not valid
  )");
}

TEST_F(SessionAuth, FewerGrantsDropSubscriptions) {
  grant("ada", "ada",
        {{"private-*", bit_of(Action::subscribe)}, {"presence-*", bit_of(Action::subscribe)}});
  grant("fewer", "ada", {{"private-a", bit_of(Action::subscribe)}});
  grant("bob", "bob", {{"presence-room", bit_of(Action::subscribe)}});
  play(R"(
    bob is in
    bob > {"type":"subscribe","id":1,"channel":"presence-room"}
    bob < {"type":"subscribed","id":1,"channel":"presence-room","epoch":"$r","offset":0,\
        "members":[{"id":"bob"}],"member_count":1}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"bob"}],"left":[],\
        "member_count":1}
    + 1s
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"private-a"}
    ada < {"type":"subscribed","id":1,"channel":"private-a","epoch":"$a","offset":0}
    ada > {"type":"subscribe","id":2,"channel":"private-b"}
    ada < {"type":"subscribed","id":2,"channel":"private-b","epoch":"$b","offset":0}
    ada > {"type":"subscribe","id":3,"channel":"presence-room"}
    ada < {"type":"subscribed","id":3,"channel":"presence-room","epoch":"$r","offset":0,\
        "members":[{"id":"ada"},{"id":"bob"}],"member_count":2}
    ada < {"type":"presence","channel":"presence-room","joined":[{"id":"ada"}],"left":[],\
        "member_count":2}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"ada"}],"left":[],\
        "member_count":2}
    + 1s
    ada > {"type":"auth","id":4,"token":"$fewer"}
    ada < {"type":"unsubscribed","channel":"presence-room","reason":"forbidden"}
    ada < {"type":"unsubscribed","channel":"private-b","reason":"forbidden"}
    ada < {"type":"authenticated","id":4,"user":"ada","ping_interval":25}
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
    * publish private-b e 1
    * publish private-a e 2
    ada < {"type":"event","channel":"private-a","event":"e","data":2,"offset":1}
  )");
}

// ── Revocation ──

TEST_F(SessionAuth, ClosesAllConnectionsOfADisconnectedUserAndTakesItsTokensAgain) {
  play(R"(
    ada is in
    bob is in
    it opens
    it < {"type":"welcome","connection":"$c","auth_timeout":15}
    it > {"type":"auth","token":"$ada"}
    it < {"type":"authenticated","user":"ada","ping_interval":25}
    * disconnect ada
    it x 4401 disconnected by the application
    ada x 4401 disconnected by the application
    it opens
    it < {"type":"welcome","connection":"$d","auth_timeout":15}
    it > {"type":"auth","token":"$ada"}
    it < {"type":"authenticated","user":"ada","ping_interval":25}
  )");
}

TEST_F(SessionAuth, RefusesTokensFromBeforeTheRevocation) {
  const UnixSeconds revoked_at = world.unix_now() - 100;
  sign("before", {.user = "ada", .issued = revoked_at});
  sign("after", {.user = "ada", .issued = revoked_at + 1});
  world.hub.revocations().add("ada", revoked_at);
  for (const char* token : {"ada", "before"}) {
    names.forget("c");
    names.set("token", names[token]);
    play(R"(
      opens
      < {"type":"welcome","connection":"$c","auth_timeout":15}
      > {"type":"auth","id":1,"token":"$token"}
      x 4401 the token was revoked
    )");
  }
  EXPECT_EQ(world.failures(AuthFailure::revoked), 2U);
  names.forget("c");
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","id":1,"token":"$after"}
    < {"type":"authenticated","id":1,"user":"ada","ping_interval":25}
  )");
}

TEST_F(SessionAuth, ARevocationClosesWhoIsIn) {
  play(R"(
    ada is in
    * revoke ada 1700000000
    ada x 4401 disconnected by the application
  )");
  EXPECT_TRUE(world.hub.revocations().refuses("ada", {}));
}

}  // namespace
}  // namespace river::session
