// Who is where, and when it is told.
#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HomePresence : public HomeTest {
 protected:
  void leave(const std::string& user, ConnectionId connection = 1) {
    home().leave("presence-room", user, connection, now);
  }
  Snapshot join(const std::string& user, ConnectionId connection = 1) {
    return HomeTest::join("presence-room", user, connection);
  }
};

TEST_F(HomePresence, AJoinerIsAmongTheMembersThatItIsShown) {
  join("ann");
  const Snapshot snapshot = join("bob", 2);
  EXPECT_THAT(names_of(snapshot.members.members), ElementsAre("ann", "bob"));
  EXPECT_EQ(snapshot.members.member_count, 2U);
  EXPECT_EQ(home().details("presence-room").members, 2U);
  EXPECT_THAT(names_of(home().members("presence-room", "ann", 10).members), ElementsAre("bob"));
}

TEST_F(HomePresence, ShowsNoMembersToWhoDoesNotAsk) {
  join("ann");
  EXPECT_THAT(listen("presence-room").members.members, IsEmpty());
}

TEST_F(HomePresence, ListsOnlySoManyMembersButCountsAll) {
  settings.members_listed_max = 2;
  join("ann", 1);
  join("bob", 2);
  const Snapshot snapshot = join("cat", 3);
  EXPECT_THAT(names_of(snapshot.members.members), ElementsAre("ann", "bob"));
  EXPECT_EQ(snapshot.members.member_count, 3U);
  EXPECT_EQ(snapshot.members.next, "bob");
}

TEST_F(HomePresence, TheFirstChangeAfterAQuietTimeIsToldAtOnce) {
  join("ann");
  tell();
  EXPECT_THAT(output.lines, ElementsAre("presence-room +ann =1 to 1"));
}

TEST_F(HomePresence, LaterChangesWaitForTheEndOfTheWindowAndAreToldTogether) {
  join("ann");
  tell();
  wait(milliseconds(10));
  join("bob", 2);
  leave("ann");
  tell();
  EXPECT_EQ(output.lines.size(), 1U);
  wait(milliseconds(89));
  tell();
  EXPECT_EQ(output.lines.size(), 1U);
  wait(milliseconds(1));
  tell();
  EXPECT_EQ(output.lines.back(), "presence-room +bob -ann =1 to 1");
}

TEST_F(HomePresence, TheMoreMembersTheLongerTheWindowUpToHalfASecond) {
  settings.members_listed_max = 1;
  for (ConnectionId i = 1; i <= 12'000; ++i) join("user-" + std::to_string(i), i);
  tell();
  join("ann", 20'000);
  ASSERT_EQ(output.due.size(), 1U);
  EXPECT_EQ(output.due[0].first - now.steady, milliseconds(300)) << "12,000 members / 40";
  for (ConnectionId i = 30'000; i < 50'000; ++i) join("user-" + std::to_string(i), i);
  wait(milliseconds(300));
  tell();
  leave("ann", 20'000);
  ASSERT_EQ(output.due.size(), 1U);
  EXPECT_EQ(output.due[0].first - now.steady, milliseconds(500));
}

// Symptom: when all members of a large channel came or went at once, every reader was closed as a
// slow one, by a notice larger than its outbox.
TEST_F(HomePresence, ChangesThatAreTooMuchForOneNoticeAreToldInTheNext) {
  const auto user = [](ConnectionId i) { return std::string(190, 'a') + std::to_string(1000 + i); };
  listen("presence-room", {}, 1);
  for (ConnectionId i = 0; i < 400; ++i) join(user(i), i);
  for (ConnectionId i = 0; i < 400; ++i) leave(user(i), i);
  std::size_t told = 0;
  while (!output.due.empty()) {
    tell();
    told += static_cast<std::size_t>(std::ranges::count(output.lines.back(), '-')) - 1;
    EXPECT_LT(output.lines.back().size(), 66'000U);
    wait(milliseconds(100));
  }
  EXPECT_EQ(told, 400U);
  EXPECT_EQ(output.lines.size(), 2U);
  home().forget("presence-room", 0, now);
  home().forget("presence-room", 1, now);
  wait(seconds(300));
  home().sweep(now);
  EXPECT_FALSE(knows("presence-room"));
}

TEST_F(HomePresence, AsksToBeCalledOnceForAllChangesOfAWindow) {
  join("ann", 1);
  join("bob", 2);
  leave("bob", 2);
  EXPECT_EQ(output.due.size(), 1U);
}

TEST_F(HomePresence, TheLastOneToLeaveIsToldToWhoStillListens) {
  join("ann");
  tell();
  wait(seconds(1));
  leave("ann");
  tell();
  EXPECT_EQ(output.lines.back(), "presence-room -ann =0 to 1");
  EXPECT_EQ(home().members("presence-room", {}, 10).member_count, 0U);
}

TEST_F(HomePresence, AChannelThatTheLastMemberHasLeftIsForgottenLikeAnyOther) {
  join("ann");
  leave("ann");
  join("bob", 2);
  tell();
  leave("bob", 2);
  wait(seconds(1));
  tell();
  home().forget("presence-room", 0, now);
  wait(seconds(300));
  home().sweep(now);
  EXPECT_FALSE(knows("presence-room"));
}

TEST_F(HomePresence, VersionsGrowWithEveryChangeAndSnapshotsSayWhichTheyHave) {
  const Snapshot before = join("ann");
  tell();
  HomeTest::join("presence-other", "bob", 2);
  tell();
  ASSERT_EQ(output.versions.size(), 2U);
  EXPECT_LT(before.presence_version, output.versions[0]);
  EXPECT_LT(output.versions[0], output.versions[1]);
  EXPECT_EQ(join("ann").presence_version, output.versions[1]);
}

TEST_F(HomePresence, IgnoresALeaveWhereNobodyIs) {
  leave("ann");
  listen("presence-room");
  leave("ann");
  EXPECT_THAT(output.due, IsEmpty());
}

TEST_F(HomePresence, ACallForAChannelThatIsGoneTellsNothing) {
  home().tell_changes("presence-room", now);
  EXPECT_THAT(output.lines, IsEmpty());
}

TEST_F(HomePresence, CountsMembersOfPresenceChannelsOnly) {
  listen("plain");
  EXPECT_EQ(home().details("plain").members, std::nullopt);
  EXPECT_EQ(home().details("presence-room").members, 0U);
}

}  // namespace
}  // namespace river::broker
