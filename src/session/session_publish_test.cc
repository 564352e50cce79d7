#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

using auth::Action;
using auth::bit_of;

class SessionPublish : public Transcript {};

TEST_F(SessionPublish, PublishesToWhatItMay) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  play(R"(
    bob is in
    bob > {"type":"subscribe","channel":"room"}
    bob < {"type":"subscribed","channel":"room","epoch":"$e","offset":0}
    ada is in
    ada > {"type":"publish","id":5,"channel":"room","event":"typing","data":{"n" : 1}}
    ada < {"type":"ok","id":5,"epoch":"$e","offset":1}
    bob < {"type":"event","channel":"room","event":"typing","data":{"n" : 1},"offset":1}
    ada > {"type":"publish","id":6,"channel":"other","event":"typing","data":1}
    ada < {"type":"error","id":6,"code":4403,"reason":"forbidden",\
        "message":"the token grants no publish on other","retry":false}
  )");
}

TEST_F(SessionPublish, APublicationWithoutAnIdGetsNoAnswerButErrors) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  play(R"(
    ada is in
    ada > {"type":"publish","channel":"room","event":"typing","data":1}
    ada > {"type":"publish","channel":"other","event":"typing","data":1}
    ada < {"type":"error","code":4403,"reason":"forbidden",\
        "message":"the token grants no publish on other","retry":false}
    * fail
    ada > {"type":"publish","channel":"room","event":"typing","data":1}
    ada < {"type":"error","code":4503,"reason":"unavailable",\
        "message":"the server can't do this at the moment; try again","retry":true}
  )");
}

// The answer may not come in time any more: better not made than made twice.
TEST_F(SessionPublish, IsRefusedInTheLastMomentOfAServer) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  play(R"(
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"room"}
    ada < {"type":"subscribed","id":1,"channel":"room","epoch":"$room","offset":0}
    * close
    ada > {"type":"publish","id":2,"channel":"room","event":"typing","data":1}
    ada < {"type":"error","id":2,"code":4503,"reason":"unavailable",\
        "message":"the server can't do this at the moment; try again","retry":true}
  )");
}

TEST_F(SessionPublish, HearsItsOwnPublicationLikeEverybody) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  play(R"(
    ada is in
    ada > {"type":"subscribe","channel":"room"}
    ada < {"type":"subscribed","channel":"room","epoch":"$e","offset":0}
    ada > {"type":"publish","id":1,"channel":"room","event":"typing","data":1}
    ada < {"type":"ok","id":1,"epoch":"$e","offset":1}
    ada < {"type":"event","channel":"room","event":"typing","data":1,"offset":1}
  )");
}

TEST_F(SessionPublish, PublishesOnceWhatIsSentTwiceUnderOneId) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  play(R"(
    ada is in
    ada > {"type":"publish","id":1,"channel":"room","event":"e","data":1,"publication_id":"p1"}
    ada < {"type":"ok","id":1,"epoch":"$e","offset":1}
    ada > {"type":"publish","id":2,"channel":"room","event":"e","data":1,"publication_id":"p1"}
    ada < {"type":"ok","id":2,"epoch":"$e","offset":1}
    ada > {"type":"publish","id":3,"channel":"room","event":"e","data":1,"publication_id":"p2"}
    ada < {"type":"ok","id":3,"epoch":"$e","offset":2}
  )");
}

// A client took another user's publication_id first: what that user published was swallowed.
TEST_F(SessionPublish, APublicationIdIsItsUsersOwn) {
  grant("ada", "ada", {{"room", bit_of(Action::publish)}});
  grant("bob", "bob", {{"room", bit_of(Action::publish)}});
  play(R"(
    ada is in
    bob is in
    ada > {"type":"publish","id":1,"channel":"room","event":"e","data":1,"publication_id":"p1"}
    ada < {"type":"ok","id":1,"epoch":"$e","offset":1}
    bob > {"type":"publish","id":1,"channel":"room","event":"e","data":2,"publication_id":"p1"}
    bob < {"type":"ok","id":1,"epoch":"$e","offset":2}
  )");
}

// All anonymous clients had one space of ids: what the second of two published under "1" was
// swallowed.
TEST_F(SessionPublish, APublicationIdOfAnAnonymousClientIsItsConnectionsOwn) {
  grant("eve", "", {{"room", bit_of(Action::publish)}});
  grant("other", "", {{"room", bit_of(Action::publish)}});
  play(R"(
    eve is in
    other is in
    eve > {"type":"publish","id":1,"channel":"room","event":"e","data":1,"publication_id":"p1"}
    eve < {"type":"ok","id":1,"epoch":"$e","offset":1}
    other > {"type":"publish","id":1,"channel":"room","event":"e","data":2,"publication_id":"p1"}
    other < {"type":"ok","id":1,"epoch":"$e","offset":2}
    eve > {"type":"publish","id":2,"channel":"room","event":"e","data":1,"publication_id":"p1"}
    eve < {"type":"ok","id":2,"epoch":"$e","offset":1}
  )");
}

TEST_F(SessionPublish, ARuleCanLetEverybodyPublishAndReadTheHistory) {
  ChannelPattern pattern;
  pattern.pattern = "chat-*";
  pattern.client_publish = true;
  pattern.client_history = true;
  world.rules = ChannelRules({}, {pattern});
  play(R"(
    is in
    > {"type":"publish","id":1,"channel":"chat-1","event":"e","data":1}
    < {"type":"ok","id":1,"epoch":"$e","offset":1}
    > {"type":"history","id":2,"channel":"chat-1"}
    < {"type":"history","id":2,"channel":"chat-1","epoch":"$e","events":[{"event":"e","data":1,\
        "offset":1,"time":1700000000}],"more":false}
  )");
}

TEST_F(SessionPublish, RefusesEventsThatAreNone) {
  play(R"(
    is in
    > {"type":"publish","id":1,"channel":"room","event":"river:x","data":1}
    < {"type":"error","id":1,"code":4422,"reason":"invalid_event","message":"$_","retry":false}
  )");
}

// ── history ──

TEST_F(SessionPublish, ShowsTheHistoryNewestFirstInPages) {
  grant("ada", "ada", {{"dogs", bit_of(Action::history)}});
  play(R"(
    * publish dogs a 1
    + 2s
    * publish dogs b "two"
    * publish dogs c {}
    ada is in
    ada > {"type":"history","id":1,"channel":"dogs","limit":2}
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"c","data":{},\
        "offset":3,"time":1700000002},{"event":"b","data":"two","offset":2,"time":1700000002}],\
        "more":true}
    ada > {"type":"history","id":2,"channel":"dogs","limit":2,"before":2}
    ada < {"type":"history","id":2,"channel":"dogs","epoch":"$e","events":[{"event":"a","data":1,\
        "offset":1,"time":1700000000}],"more":false}
    ada > {"type":"history","id":3,"channel":"cats"}
    ada < {"type":"error","id":3,"code":4403,"reason":"forbidden",\
        "message":"the token grants no history on cats","retry":false}
    * fail
    ada > {"type":"history","id":4,"channel":"dogs"}
    ada < {"type":"error","id":4,"code":4503,"reason":"unavailable",\
        "message":"the server can't do this at the moment; try again","retry":true}
  )");
}

TEST_F(SessionPublish, APageOfHistoryFitsIntoHalfTheOutbox) {
  world.settings.outbox_bytes_max = 1600;
  grant("ada", "ada", {{"dogs", bit_of(Action::history)}});
  play(R"(
    * publish dogs a 1
    * publish dogs b 2
    * publish dogs c 3
    ada is in
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"c","data":3,\
        "offset":3,"time":1700000000},{"event":"b","data":2,"offset":2,"time":1700000000}],\
        "more":true}
  )");
}

TEST_F(SessionPublish, APageOfHistoryHasOneEventHoweverLarge) {
  world.settings.outbox_bytes_max = 100;
  grant("ada", "ada", {{"dogs", bit_of(Action::history)}});
  play(R"(
    * publish dogs a 1
    * publish dogs b 2
    ada is in
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"b","data":2,\
        "offset":2,"time":1700000000}],"more":true}
  )");
}

// Who asked for several pages at once was closed as a slow reader by the sum of them.
TEST_F(SessionPublish, APageOfHistoryIsShorterWhileOthersWait) {
  world.settings.outbox_bytes_max = 1600;
  grant("ada", "ada", {{"dogs", bit_of(Action::history)}});
  play(R"(
    * publish dogs a 1
    * publish dogs b 2
    ada is in
  )");
  client("ada").queued = 400;
  play(R"(
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"b","data":2,\
        "offset":2,"time":1700000000}],"more":true}
  )");
}

}  // namespace
}  // namespace river::session
