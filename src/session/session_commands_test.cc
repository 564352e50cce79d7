#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

using auth::Action;
using auth::bit_of;

class SessionCommands : public Transcript {};

// ── subscribe and unsubscribe ──

TEST_F(SessionCommands, ASubscriberHearsWhatIsPublishedUntilItUnsubscribes) {
  play(R"(
    is in
    > {"type":"subscribe","id":2,"channel":"dogs"}
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
    * publish dogs new-post {"title": "Rex"}
    < {"type":"event","channel":"dogs","event":"new-post","data":{"title": "Rex"},"offset":1}
    * publish cats new-post {}
    * publish dogs new-post null
    < {"type":"event","channel":"dogs","event":"new-post","data":null,"offset":2}
    > {"type":"unsubscribe","id":3,"channel":"dogs"}
    < {"type":"unsubscribed","id":3,"channel":"dogs"}
    * publish dogs new-post {}
  )");
  EXPECT_EQ(world.metrics.deliveries.value(), 2U);
  EXPECT_EQ(world.metrics.subscriptions_open.value(), 0U);
  EXPECT_EQ(world.hub.channel_count(), 0U);
}

TEST_F(SessionCommands, AnswersWithoutAnIdToWhoGaveNone) {
  play(R"(
    is in
    > {"type":"subscribe","channel":"dogs"}
    < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
    > {"type":"history","channel":"dogs"}
    < {"type":"error","code":4403,"reason":"forbidden",\
        "message":"the token grants no history on dogs","retry":false}
    > {"type":"unsubscribe","channel":"dogs"}
    < {"type":"unsubscribed","channel":"dogs"}
  )");
}

TEST_F(SessionCommands, AnIdMayBeZeroOrAsLargeAsJavaScriptCounts) {
  play(R"(
    is in
    > {"type":"subscribe","id":0,"channel":"dogs"}
    < {"type":"subscribed","id":0,"channel":"dogs","epoch":"$e","offset":0}
    > {"type":"subscribe","id":9007199254740991,"channel":"cats"}
    < {"type":"subscribed","id":9007199254740991,"channel":"cats","epoch":"$f","offset":0}
  )");
}

TEST_F(SessionCommands, TakesAuthAndSubscribeWithoutWaiting) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    * hold
    > {"type":"auth","id":1,"token":"$ada"}
    < {"type":"authenticated","id":1,"user":"ada","ping_interval":25}
    > {"type":"subscribe","id":2,"channel":"dogs"}
    > {"type":"subscribe","id":3,"channel":"cats"}
    * answer
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
    < {"type":"subscribed","id":3,"channel":"cats","epoch":"$f","offset":0}
  )");
}

TEST_F(SessionCommands, RefusesASecondSubscriptionToTheSameChannel) {
  play(R"(
    is in
    > {"type":"subscribe","id":2,"channel":"dogs"}
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
    > {"type":"subscribe","id":3,"channel":"dogs"}
    < {"type":"error","id":3,"code":4409,"reason":"already_subscribed",\
        "message":"this connection is subscribed to the channel already","retry":false,\
        "channel":"dogs"}
  )");
}

TEST_F(SessionCommands, RefusesASecondSubscriptionWhileTheFirstIsUnderWay) {
  play(R"(
    is in
    * hold
    > {"type":"subscribe","id":2,"channel":"dogs"}
    > {"type":"subscribe","id":3,"channel":"dogs"}
    < {"type":"error","id":3,"code":4409,"reason":"already_subscribed",\
        "message":"this connection is subscribed to the channel already","retry":false,\
        "channel":"dogs"}
    * answer
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
  )");
}

TEST_F(SessionCommands, RefusesMoreSubscriptionsThanOneMayHave) {
  world.settings.subscriptions_max = 2;
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"a"}
    < {"type":"subscribed","id":1,"channel":"a","epoch":"$a","offset":0}
    > {"type":"subscribe","id":2,"channel":"b"}
    < {"type":"subscribed","id":2,"channel":"b","epoch":"$b","offset":0}
    > {"type":"subscribe","id":3,"channel":"c"}
    < {"type":"error","id":3,"code":4427,"reason":"too_many_subscriptions",\
        "message":"this connection has as many subscriptions as it may","retry":false,"channel":"c"}
    > {"type":"unsubscribe","id":4,"channel":"a"}
    < {"type":"unsubscribed","id":4,"channel":"a"}
    > {"type":"subscribe","id":5,"channel":"c"}
    < {"type":"subscribed","id":5,"channel":"c","epoch":"$c","offset":0}
  )");
}

TEST_F(SessionCommands, APrivateChannelNeedsAGrant) {
  grant("ada", "ada", {{"private-orders-*", bit_of(Action::subscribe)}});
  play(R"(
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"private-orders-42"}
    ada < {"type":"subscribed","id":1,"channel":"private-orders-42","epoch":"$a","offset":0}
    ada > {"type":"subscribe","id":2,"channel":"private-payments"}
    ada < {"type":"error","id":2,"code":4403,"reason":"forbidden",\
        "message":"the token grants no subscribe on private-payments","retry":false,\
        "channel":"private-payments"}
    ada > {"type":"subscribe","id":3,"channel":"private-orders-42","since":{"epoch":"$a",\
        "offset":0}}
    ada < {"type":"error","id":3,"code":4409,"reason":"already_subscribed",\
        "message":"this connection is subscribed to the channel already","retry":false,\
        "channel":"private-orders-42"}
  )");
}

TEST_F(SessionCommands, AGrantToPublishIsNoneToSubscribe) {
  grant("ada", "ada", {{"private-*", bit_of(Action::publish)}});
  play(R"(
    ada is in
    ada > {"type":"subscribe","id":1,"channel":"private-a"}
    ada < {"type":"error","id":1,"code":4403,"reason":"forbidden",\
        "message":"the token grants no subscribe on private-a","retry":false,"channel":"private-a"}
  )");
}

TEST_F(SessionCommands, RefusesWhatIsNoChannel) {
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"two words"}
    < {"type":"error","id":1,"code":4421,"reason":"invalid_channel","message":"$_","retry":false}
  )");
}

TEST_F(SessionCommands, RefusesToUnsubscribeWhatWasNotSubscribed) {
  play(R"(
    is in
    > {"type":"unsubscribe","id":1,"channel":"dogs"}
    < {"type":"error","id":1,"code":4410,"reason":"not_subscribed",\
        "message":"this connection is not subscribed to the channel","retry":false,\
        "channel":"dogs"}
  )");
}

TEST_F(SessionCommands, UnsubscribesWhatIsUnderWay) {
  play(R"(
    is in
    * hold
    > {"type":"subscribe","id":1,"channel":"dogs"}
    > {"type":"unsubscribe","id":2,"channel":"dogs"}
    < {"type":"unsubscribed","id":2,"channel":"dogs"}
    * answer
    * publish dogs e 1
  )");
  EXPECT_EQ(world.hub.channel_count(), 0U);
}

TEST_F(SessionCommands, SaysWhenTheBrokerIsAway) {
  play(R"(
    is in
    * fail
    > {"type":"subscribe","id":1,"channel":"dogs"}
    < {"type":"error","id":1,"code":4503,"reason":"unavailable",\
        "message":"the server can't do this at the moment; try again","retry":true,"channel":"dogs"}
    * work
    > {"type":"subscribe","id":2,"channel":"dogs"}
    < {"type":"subscribed","id":2,"channel":"dogs","epoch":"$e","offset":0}
  )");
}

TEST_F(SessionCommands, SaysWhenThereIsNoRoomForAChannel) {
  world.home.channels_max = 1;
  play(R"(
    is in
    > {"type":"subscribe","id":1,"channel":"dogs"}
    < {"type":"subscribed","id":1,"channel":"dogs","epoch":"$e","offset":0}
    > {"type":"subscribe","id":2,"channel":"cats"}
    < {"type":"error","id":2,"code":4503,"reason":"unavailable",\
        "message":"the server holds no more channels","retry":true,"channel":"cats"}
  )");
}

// ── ping, events for a user, exclude ──

TEST_F(SessionCommands, AnswersPingsAndIgnoresPongs) {
  play(R"(
    is in
    > {"type":"ping"}
    < {"type":"pong"}
    > {"type":"pong"}
  )");
}

TEST_F(SessionCommands, ClosesWhoSaysWhatIsNoCommand) {
  play(R"(
    is in
    > {"type":"dance"}
    x 4400 "type" must be auth, subscribe, unsubscribe, publish, history, presence, ping or pong
  )");
}

TEST_F(SessionCommands, TellsAllConnectionsOfAUser) {
  play(R"(
    ada is in
    bob is in
    opens
    < {"type":"welcome","connection":"$c","auth_timeout":15}
    > {"type":"auth","token":"$ada"}
    < {"type":"authenticated","user":"ada","ping_interval":25}
    * user ada hello {"a":1}
    < {"type":"event","event":"hello","data":{"a":1}}
    ada < {"type":"event","event":"hello","data":{"a":1}}
    * user nobody hello 1
  )");
}

TEST_F(SessionCommands, SparesAClientItsOwnEcho) {
  play(R"(
    opens
    < {"type":"welcome","connection":"$own","auth_timeout":15}
    > {"type":"auth","token":"$ada"}
    < {"type":"authenticated","user":"ada","ping_interval":25}
    > {"type":"subscribe","channel":"dogs"}
    < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
    bob is in
    bob > {"type":"subscribe","channel":"dogs"}
    bob < {"type":"subscribed","channel":"dogs","epoch":"$e","offset":0}
    * publish dogs mine 1 not $own
    bob < {"type":"event","channel":"dogs","event":"mine","data":1,"offset":1}
    * publish dogs other 2
    bob < {"type":"event","channel":"dogs","event":"other","data":2,"offset":2}
    < {"type":"event","channel":"dogs","event":"other","data":2,"offset":2}
  )");
}

}  // namespace
}  // namespace river::session
