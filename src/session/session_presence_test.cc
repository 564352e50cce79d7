#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

using auth::Action;
using auth::bit_of;

class SessionPresence : public Transcript {
 protected:
  SessionPresence() {
    grant("ada", "ada", {{"presence-*", bit_of(Action::subscribe)}}, R"({"name":"Ada"})");
    grant("bob", "bob", {{"presence-*", bit_of(Action::subscribe)}});
    grant("eve", "", {{"presence-*", bit_of(Action::subscribe)}});
    grant("reader", "reader", {{"presence-*", bit_of(Action::presence)}});
  }

  // Bob watches, and Ada is there with him.
  void two_in_the_room() {
    play(R"(
      bob is in
      bob > {"type":"subscribe","id":1,"channel":"presence-room"}
      bob < {"type":"subscribed","id":1,"channel":"presence-room","epoch":"$e","offset":0,\
          "members":[{"id":"bob"}],"member_count":1}
      bob < {"type":"presence","channel":"presence-room","joined":[{"id":"bob"}],"left":[],\
          "member_count":1}
      + 1s
      ada is in
      ada > {"type":"subscribe","id":1,"channel":"presence-room"}
      ada < {"type":"subscribed","id":1,"channel":"presence-room","epoch":"$e","offset":0,\
          "members":[{"id":"ada","info":{"name":"Ada"}},{"id":"bob"}],"member_count":2}
      ada < {"type":"presence","channel":"presence-room","joined":[{"id":"ada",\
          "info":{"name":"Ada"}}],"left":[],"member_count":2}
      bob < {"type":"presence","channel":"presence-room","joined":[{"id":"ada",\
          "info":{"name":"Ada"}}],"left":[],"member_count":2}
      + 1s
    )");
  }
};

TEST_F(SessionPresence, LeavesByUnsubscribing) {
  two_in_the_room();
  play(R"(
    ada > {"type":"unsubscribe","id":2,"channel":"presence-room"}
    ada < {"type":"unsubscribed","id":2,"channel":"presence-room"}
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesByBreaking) {
  two_in_the_room();
  play(R"(
    ada breaks
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesWhenTheServerDrains) {
  two_in_the_room();
  play(R"(
    ada drains 1830ms
    ada < {"type":"reconnect","after_ms":1830,"reason":"draining"}
    ada x 1001 the server is going away
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesByBreakingTheProtocol) {
  two_in_the_room();
  play(R"(
    ada > nonsense
    ada x 4400 not a command: $why
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesByNotAnswering) {
  two_in_the_room();
  play(R"(
    + 23s
    bob < {"type":"ping"}
    + 1s
    ada < {"type":"ping"}
    bob > {"type":"pong"}
    + 9999ms
    + 1ms
    ada x 4408 no answer to ping
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesWhenTheApplicationDisconnectsIt) {
  two_in_the_room();
  play(R"(
    * disconnect ada
    ada x 4401 disconnected by the application
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesWhenTheTokenIsRevoked) {
  two_in_the_room();
  play(R"(
    * revoke ada 1700000000
    ada x 4401 disconnected by the application
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, LeavesBeforeItsJoinWasAnswered) {
  play(R"(
    bob is in
    bob > {"type":"subscribe","id":1,"channel":"presence-room"}
    bob < {"type":"subscribed","id":1,"channel":"presence-room","epoch":"$e","offset":0,\
        "members":[{"id":"bob"}],"member_count":1}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"bob"}],"left":[],\
        "member_count":1}
    + 1s
    * hold
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"presence-room"}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"ada",\
        "info":{"name":"Ada"}}],"left":[],"member_count":2}
    ada breaks
    * answer
    + 1s
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, AUserWithTwoConnectionsIsOneMember) {
  two_in_the_room();
  play(R"(
    it opens
    it < {"type":"welcome","connection":"$c","auth_timeout":15}
    it > {"type":"auth","token":"$ada"}
    it < {"type":"authenticated","user":"ada","ping_interval":25}
    it > {"type":"subscribe","channel":"presence-room"}
    it < {"type":"subscribed","channel":"presence-room","epoch":"$e","offset":0,\
        "members":[{"id":"ada","info":{"name":"Ada"}},{"id":"bob"}],"member_count":2}
    ada breaks
    + 1s
    it breaks
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

// Symptom: who had changed their name and renewed the token kept the old name in the lists of all.
TEST_F(SessionPresence, ShowsTheInfoOfARenewedToken) {
  two_in_the_room();
  grant("renewed", "ada", {{"presence-*", bit_of(Action::subscribe)}}, R"({"name":"Countess"})");
  play(R"(
    ada > {"type":"auth","id":2,"token":"$renewed"}
    ada < {"type":"authenticated","id":2,"user":"ada","ping_interval":25}
    ada < {"type":"presence","channel":"presence-room","joined":[{"id":"ada",\
        "info":{"name":"Countess"}}],"left":[],"member_count":2}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"ada",\
        "info":{"name":"Countess"}}],"left":[],"member_count":2}
    + 1s
    ada > {"type":"auth","id":3,"token":"$renewed"}
    ada < {"type":"authenticated","id":3,"user":"ada","ping_interval":25}
    + 1s
    ada breaks
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["ada"],"member_count":1}
  )");
}

TEST_F(SessionPresence, NeedsAUser) {
  play(R"(
    eve is in
    eve > {"type":"subscribe","id":1,"channel":"presence-room"}
    eve < {"type":"error","id":1,"code":4403,"reason":"forbidden","message":"$_","retry":false,\
        "channel":"presence-room"}
  )");
}

// ── The command ──

TEST_F(SessionPresence, ShowsTheMembersToWhoIsInTheRoom) {
  two_in_the_room();
  play(R"(
    ada > {"type":"presence","id":7,"channel":"presence-room"}
    ada < {"type":"members","id":7,"channel":"presence-room","members":[{"id":"ada",\
        "info":{"name":"Ada"}},{"id":"bob"}],"member_count":2}
  )");
}

TEST_F(SessionPresence, ShowsTheMembersInPages) {
  two_in_the_room();
  play(R"(
    reader is in
    reader > {"type":"presence","id":7,"channel":"presence-room","limit":1}
    reader < {"type":"members","id":7,"channel":"presence-room","members":[{"id":"ada",\
        "info":{"name":"Ada"}}],"member_count":2,"next":"ada"}
    reader > {"type":"presence","id":8,"channel":"presence-room","limit":1,"after":"ada"}
    reader < {"type":"members","id":8,"channel":"presence-room","members":[{"id":"bob"}],\
        "member_count":2}
  )");
}

// limits.members_listed_max did not hold for the command.
TEST_F(SessionPresence, ShowsNoMoreMembersInAPageThanMayBeListed) {
  world.settings.members_listed_max = 1;
  two_in_the_room();
  play(R"(
    reader is in
    reader > {"type":"presence","id":7,"channel":"presence-room"}
    reader < {"type":"members","id":7,"channel":"presence-room","members":[{"id":"ada",\
        "info":{"name":"Ada"}}],"member_count":2,"next":"ada"}
    reader > {"type":"presence","id":8,"channel":"presence-room","limit":2,"after":"ada"}
    reader < {"type":"members","id":8,"channel":"presence-room","members":[{"id":"bob"}],\
        "member_count":2}
  )");
}

TEST_F(SessionPresence, HidesTheMembersFromOthers) {
  two_in_the_room();
  play(R"(
    it is in
    it > {"type":"presence","id":7,"channel":"presence-room"}
    it < {"type":"error","id":7,"code":4403,"reason":"forbidden",\
        "message":"the token grants no presence on presence-room","retry":false}
    it > {"type":"presence","id":8,"channel":"dogs"}
    it < {"type":"error","id":8,"code":4421,"reason":"invalid_channel",\
        "message":"only presence channels have members: presence-…","retry":false}
  )");
}

TEST_F(SessionPresence, APageIsShorterWhileOthersWaitAndHasOneMemberAtLeast) {
  two_in_the_room();
  client("ada").queued = world.settings.outbox_bytes_max;
  play(R"(
    ada > {"type":"presence","id":7,"channel":"presence-room"}
    ada < {"type":"members","id":7,"channel":"presence-room","members":[{"id":"ada",\
        "info":{"name":"Ada"}}],"member_count":2,"next":"ada"}
    ada > {"type":"presence","id":8,"channel":"presence-room","after":"ada"}
    ada < {"type":"members","id":8,"channel":"presence-room","members":[{"id":"bob"}],\
        "member_count":2}
  )");
}

TEST_F(SessionPresence, SaysWhenTheBrokerIsAway) {
  two_in_the_room();
  play(R"(
    * fail
    ada > {"type":"presence","id":7,"channel":"presence-room"}
    ada < {"type":"error","id":7,"code":4503,"reason":"unavailable",\
        "message":"the server can't do this at the moment; try again","retry":true}
  )");
}

TEST_F(SessionPresence, AStreamIsAMemberToo) {
  two_in_the_room();
  grant("cleo", "cleo", {{"presence-*", bit_of(Action::subscribe)}});
  play(R"(
    cleo streams
    cleo takes presence-room
    cleo < {"type":"subscribed","channel":"presence-room","epoch":"$e","offset":0,\
        "members":[{"id":"ada","info":{"name":"Ada"}},{"id":"bob"},{"id":"cleo"}],"member_count":3}
    cleo < {"type":"presence","channel":"presence-room","joined":[{"id":"cleo"}],"left":[],\
        "member_count":3}
    ada < {"type":"presence","channel":"presence-room","joined":[{"id":"cleo"}],"left":[],\
        "member_count":3}
    bob < {"type":"presence","channel":"presence-room","joined":[{"id":"cleo"}],"left":[],\
        "member_count":3}
    + 1s
    cleo breaks
    ada < {"type":"presence","channel":"presence-room","joined":[],"left":["cleo"],"member_count":2}
    bob < {"type":"presence","channel":"presence-room","joined":[],"left":["cleo"],"member_count":2}
  )");
}

}  // namespace
}  // namespace river::session
