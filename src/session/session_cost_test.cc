// What history and presence cost of the messages that a client may send.
#include <gtest/gtest.h>

#include "session/transcript_for_test.h"

namespace river::session {
namespace {

class SessionCost : public Transcript {
 protected:
  SessionCost() {
    using auth::Action;
    const auto reads =
        static_cast<std::uint8_t>(bit_of(Action::history) | bit_of(Action::presence));
    grant("ada", "ada", {{"*", reads}});
    world.settings.messages = {.per_second = 1, .burst = 10};
  }

  // How many messages the client could still send, all of which it sends.
  int left() {
    int left = -1;
    do {
      client("ada").session->on_message(R"({"type":"pong"})", world.now());
      ++left;
    } while (!client("ada").ended);
    client("ada").told.clear();
    return left;
  }
};

// A page of up to 512 KiB cost as much as a pong.
TEST_F(SessionCost, APageIsPaidForBeforeItIsThereAndGivenBackIfItIsSmall) {
  play(R"(
    * publish dogs e 1
    ada is in
    * hold
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada > {"type":"history","id":2,"channel":"dogs"}
    ada < {"type":"error","id":2,"code":4429,"reason":"rate_limited",\
        "message":"too many at a time; try again more slowly","retry":true}
    * answer
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"e","data":1,\
        "offset":1,"time":1700000000}],"more":false}
    ada > {"type":"history","id":3,"channel":"dogs"}
    ada < {"type":"history","id":3,"channel":"dogs","epoch":"$e","events":[{"event":"e","data":1,\
        "offset":1,"time":1700000000}],"more":false}
  )");
  EXPECT_EQ(left(), 7);
}

TEST_F(SessionCost, APageCostsAMessageForEach64KiBThatItHas) {
  names.set("data", '"' + std::string(100'000, 'x') + '"');
  play(R"(
    * publish dogs e 1
    ada is in
  )");
  play(names.fill("* publish dogs e $data\n* publish dogs e $data"));
  play(R"(
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","epoch":"$e","events":[{"event":"e",\
        "data":$data,"offset":3,"time":1700000000},{"event":"e","data":$data,"offset":2,\
        "time":1700000000},{"event":"e","data":1,"offset":1,"time":1700000000}],"more":false}
  )");
  EXPECT_EQ(left(), 6);
}

TEST_F(SessionCost, ASmallLimitCostsLittle) {
  play(R"(
    ada is in
    * hold
  )");
  for (int i = 0; i < 10; ++i) {
    play(R"(ada > {"type":"history","channel":"dogs","limit":1})");
  }
  EXPECT_EQ(left(), 0);
}

TEST_F(SessionCost, MembersCostAsEventsDo) {
  play(R"(
    ada is in
    * hold
    ada > {"type":"presence","id":1,"channel":"presence-room","limit":50}
    ada > {"type":"presence","id":2,"channel":"presence-room"}
    ada > {"type":"presence","id":3,"channel":"presence-room","limit":100}
    ada < {"type":"error","id":3,"code":4429,"reason":"rate_limited",\
        "message":"too many at a time; try again more slowly","retry":true}
    * answer
    ada < {"type":"members","id":1,"channel":"presence-room","members":[],"member_count":0}
    ada < {"type":"members","id":2,"channel":"presence-room","members":[],"member_count":0}
  )");
  EXPECT_EQ(left(), 7);
}

TEST_F(SessionCost, WhatCouldNotBeHadIsGivenBack) {
  play(R"(
    ada is in
    * fail
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"error","id":1,"code":4503,"reason":"unavailable","message":"$_","retry":true}
    ada > {"type":"presence","id":1,"channel":"presence-room"}
    ada < {"type":"error","id":1,"code":4503,"reason":"unavailable","message":"$_","retry":true}
  )");
  EXPECT_EQ(left(), 8);
}

TEST_F(SessionCost, APageCostsNoMoreThanAClientCanHave) {
  world.settings.messages = {.per_second = 1, .burst = 2};
  play(R"(
    ada is in
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","events":[],"more":false}
  )");
  EXPECT_EQ(left(), 1);
}

TEST_F(SessionCost, WithoutARateAPageCostsNothing) {
  world.settings.messages = {};
  play(R"(
    ada is in
    ada > {"type":"history","id":1,"channel":"dogs"}
    ada < {"type":"history","id":1,"channel":"dogs","events":[],"more":false}
    ada > {"type":"history","id":2,"channel":"dogs"}
    ada < {"type":"history","id":2,"channel":"dogs","events":[],"more":false}
  )");
}

}  // namespace
}  // namespace river::session
