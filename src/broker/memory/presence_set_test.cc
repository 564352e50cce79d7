#include "broker/memory/presence_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string change_of(PresenceSet& set) {
  const auto change = set.take_change();
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

TEST(PresenceSet, ShowsTheInfoOfTheConnectionThatCameFirst) {
  PresenceSet set;
  set.join({"ann", R"({"tab":1})"}, 1);
  set.join({"ann", R"({"tab":2})"}, 2);
  EXPECT_EQ(set.page({}, 1).members[0].info, R"({"tab":1})");
}

}  // namespace
}  // namespace river::broker
