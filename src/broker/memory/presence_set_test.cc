#include "broker/memory/presence_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string change_of(PresenceSet& set, std::size_t bytes_max = 100'000) {
  const auto change = set.take_change(bytes_max);
  return change == nullptr ? "none" : text_of(*change);
}

TEST(PresenceSet, TellsJoinsAndLeavesOfOneMomentTogether) {
  PresenceSet set;
  EXPECT_TRUE(set.join({"ann", "{}"}, 1));
  EXPECT_EQ(change_of(set), "+ann =1");
  EXPECT_TRUE(set.join({"bob", "{}"}, 2));
  set.leave("ann", 1);
  EXPECT_EQ(change_of(set), "+bob -ann =1");
  EXPECT_EQ(change_of(set), "none");
}

TEST(PresenceSet, TakesAUserWithSeveralConnectionsForOneMember) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  EXPECT_FALSE(set.join({"ann", "{}"}, 2));
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(change_of(set), "+ann =1");
  EXPECT_FALSE(set.leave("ann", 1));
  EXPECT_EQ(change_of(set), "none");
  EXPECT_TRUE(set.leave("ann", 2));
  EXPECT_EQ(change_of(set), "-ann =0");
}

TEST(PresenceSet, CountsAConnectionOnceThatJoinsTwice) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  set.join({"ann", "{}"}, 1);
  set.leave("ann", 1);
  EXPECT_EQ(set.size(), 0U);
}

TEST(PresenceSet, IgnoresALeaveOfWhoIsNotThere) {
  PresenceSet set;
  EXPECT_FALSE(set.leave("ann", 1));
  set.join({"ann", "{}"}, 1);
  EXPECT_FALSE(set.leave("ann", 2));
  EXPECT_EQ(set.size(), 1U);
}

TEST(PresenceSet, TellsNothingOfWhoComesAndGoesWithinOneMoment) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  set.leave("ann", 1);
  EXPECT_FALSE(set.has_change());
  EXPECT_EQ(change_of(set), "none");
}

TEST(PresenceSet, TellsNothingOfWhoGoesAndComesBackWithinOneMoment) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  EXPECT_EQ(change_of(set), "+ann =1");
  set.leave("ann", 1);
  set.join({"ann", "{}"}, 2);
  EXPECT_EQ(change_of(set), "none");
}

// Symptom: who subscribed just then saw a member for ever who had left, or missed one who was back.
TEST(PresenceSet, TellsOfWhoComesAndGoesIfSomebodyWasShownTheMembersInBetween) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  EXPECT_THAT(names_of(set.page({}, 10).members), ElementsAre("ann"));
  set.leave("ann", 1);
  EXPECT_EQ(change_of(set), "-ann =0");

  set.join({"bob", "{}"}, 2);
  EXPECT_EQ(change_of(set), "+bob =1");
  set.leave("bob", 2);
  EXPECT_THAT(set.page({}, 10).members, IsEmpty());
  set.join({"bob", "{}"}, 3);
  EXPECT_EQ(change_of(set), "+bob =1");
}

TEST(PresenceSet, TellsNothingMoreOfWhoComesAndGoesAfterThatMomentIsOver) {
  PresenceSet set;
  set.join({"ann", "{}"}, 1);
  EXPECT_EQ(set.page({}, 10).member_count, 1U);
  EXPECT_EQ(change_of(set), "+ann =1");
  set.join({"bob", "{}"}, 2);
  set.leave("bob", 2);
  EXPECT_EQ(change_of(set), "none");
}

TEST(PresenceSet, PagesMembersByUser) {
  PresenceSet set;
  ConnectionId connection = 0;
  for (const char* user : {"eve", "ann", "dan", "bob", "cat"}) set.join({user, ""}, ++connection);
  MemberPage page = set.page({}, 2);
  EXPECT_THAT(names_of(page.members), ElementsAre("ann", "bob"));
  EXPECT_EQ(page.next, "bob");
  EXPECT_EQ(page.member_count, 5U);
  page = set.page(page.next, 2);
  EXPECT_THAT(names_of(page.members), ElementsAre("cat", "dan"));
  page = set.page(page.next, 2);
  EXPECT_THAT(names_of(page.members), ElementsAre("eve"));
  EXPECT_EQ(page.next, "");
}

TEST(PresenceSet, PagesOnFromAMemberWhoHasLeft) {
  PresenceSet set;
  set.join({"ann", ""}, 1);
  set.join({"cat", ""}, 2);
  EXPECT_THAT(names_of(set.page("bob", 2).members), ElementsAre("cat"));
  EXPECT_EQ(set.page({}, 2).next, "") << "the last page, however full, is the last";
}

// Symptom: a user who had another tab open kept the old name for everybody.
TEST(PresenceSet, ShowsAndTellsTheInfoThatCameLast) {
  PresenceSet set;
  set.join({"ann", R"({"tab":1})"}, 1);
  EXPECT_EQ(change_of(set), "+ann =1");
  EXPECT_TRUE(set.join({"ann", R"({"tab":2})"}, 2));
  EXPECT_EQ(set.page({}, 1).members[0].info, R"({"tab":2})");
  const auto change = set.take_change(100'000);
  ASSERT_NE(change, nullptr);
  ASSERT_EQ(change->joined.size(), 1U);
  EXPECT_EQ(change->joined[0].info, R"({"tab":2})");
  EXPECT_EQ(change->member_count, 1U);
}

// Symptom: who came back with another name within one moment kept the old one for everybody.
TEST(PresenceSet, TellsOfWhoComesBackWithOtherInfoWithinOneMoment) {
  PresenceSet set;
  set.join({"ann", R"({"name":"Ann"})"}, 1);
  EXPECT_EQ(change_of(set), "+ann =1");
  set.leave("ann", 1);
  set.join({"ann", R"({"name":"Anna"})"}, 2);
  EXPECT_EQ(change_of(set), "+ann =1");
}

TEST(PresenceSet, TellsNothingOfInfoThatIsBackToWhatWasTold) {
  PresenceSet set;
  set.join({"ann", "1"}, 1);
  EXPECT_EQ(change_of(set), "+ann =1");
  set.join({"ann", "2"}, 1);
  set.join({"ann", "1"}, 1);
  EXPECT_EQ(change_of(set), "none");
}

// Symptom: 10,000 members who came at once were one message of 2 MiB, and every reader of the
// channel was closed as a slow one.
TEST(PresenceSet, TellsInPartsWhatIsTooMuchForOneNotice) {
  PresenceSet set;
  for (const char* user : {"ann", "bob", "cat"}) set.join({user, ""}, 1);
  EXPECT_EQ(change_of(set, 60), "+ann +bob =3");
  EXPECT_TRUE(set.has_change());
  set.leave("ann", 1);
  EXPECT_EQ(change_of(set, 60), "+cat -ann =2");
  EXPECT_FALSE(set.has_change());
  EXPECT_EQ(change_of(set, 60), "none");
}

TEST(PresenceSet, TellsOneChangeAtLeastHoweverLargeItIs) {
  PresenceSet set;
  set.join({"ann", std::string(100, '1')}, 1);
  EXPECT_EQ(change_of(set, 1), "+ann =1");
}

TEST(PresenceSet, WhoComesAndGoesAllTheTimeKeepsNobodyFromBeingTold) {
  PresenceSet set;
  for (const char* user : {"ann", "bob", "cat"}) set.join({user, ""}, 1);
  EXPECT_EQ(change_of(set, 1), "+ann =3");
  set.leave("ann", 1);
  EXPECT_EQ(change_of(set, 1), "+bob =2");
  EXPECT_EQ(change_of(set, 1), "+cat =2");
  EXPECT_EQ(change_of(set, 1), "-ann =2");
}

TEST(PresenceSet, TellsOfWhoComesAndGoesIfSomebodyWasShownTheMembersBeforeAllWasTold) {
  PresenceSet set;
  set.join({"ann", ""}, 1);
  set.join({"bob", ""}, 2);
  EXPECT_EQ(set.page({}, 10).member_count, 2U);
  EXPECT_EQ(change_of(set, 1), "+ann =2");
  set.leave("bob", 2);
  EXPECT_EQ(change_of(set, 1), "-bob =1");
}

}  // namespace
}  // namespace river::broker
