#include "presence_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::bench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PresenceMessage, ReadsJoinsAndLeaves) {
  PresenceMessage message;
  message.read(R"({"type":"presence","channel":"presence-a","joined":[{"id":"user-7"},)"
               R"({"id":"user-12"}],"left":["user-3"],"member_count":9})");
  EXPECT_THAT(message.present(), ElementsAre(7, 12));
  EXPECT_THAT(message.left(), ElementsAre(3));
  EXPECT_EQ(message.member_count(), 9U);
}

TEST(PresenceMessage, ReadsANoticeOfLeavesAlone) {
  PresenceMessage message;
  message.read(
      R"({"type":"presence","channel":"a","joined":[],"left":["user-3"],"member_count":0})");
  EXPECT_THAT(message.present(), IsEmpty());
  EXPECT_THAT(message.left(), ElementsAre(3));
}

TEST(PresenceMessage, ReadsAListAndWhetherMoreFollow) {
  PresenceMessage message;
  message.read(R"({"type":"members","id":9,"channel":"a","members":[{"id":"user-8"}],)"
               R"("member_count":2,"next":"user-8"})");
  EXPECT_THAT(message.present(), ElementsAre(8));
  EXPECT_THAT(message.left(), IsEmpty());
  EXPECT_TRUE(message.has_next());
}

TEST(PresenceMessage, ForgetsTheOneBefore) {
  PresenceMessage message;
  message.read(R"({"joined":[{"id":"user-7"}],"left":["user-1"],"member_count":1})");
  message.read(R"({"joined":[{"id":"user-8"}],"left":[],"member_count":2})");
  EXPECT_THAT(message.present(), ElementsAre(8));
  EXPECT_THAT(message.left(), IsEmpty());
}

}  // namespace
}  // namespace river::bench
