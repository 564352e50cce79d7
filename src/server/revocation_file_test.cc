#include "server/revocation_file.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class RevocationFileTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  RevocationFile file_{directory_.file("revocations")};
};

TEST_F(RevocationFileTest, ReadsWhatWasWritten) {
  const RevokedUsers users{{"ada", 1'700'000'000}, {"bob with spaces", 5}, {"früh", -1}};
  ASSERT_TRUE(file_.write(users).has_value());
  EXPECT_THAT(file_.read().value(), ElementsAre(Pair("ada", 1'700'000'000),
                                                Pair("bob with spaces", 5), Pair("früh", -1)));
}

TEST_F(RevocationFileTest, ReadsTheLastThatWasWritten) {
  ASSERT_TRUE(file_.write({{"ada", 1}, {"bob", 2}}).has_value());
  ASSERT_TRUE(file_.write({{"cleo", 3}}).has_value());
  EXPECT_THAT(file_.read().value(), ElementsAre(Pair("cleo", 3)));
}

TEST_F(RevocationFileTest, NoFileAndAnEmptyOneHoldNobody) {
  EXPECT_THAT(file_.read().value(), IsEmpty());
  ASSERT_TRUE(file_.write({}).has_value());
  EXPECT_THAT(file_.read().value(), IsEmpty());
}

TEST_F(RevocationFileTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(file_.write({{"ada", 1}}).has_value());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(directory_.file("revocations")).permissions() & perms::all,
            perms::owner_read | perms::owner_write);
}

TEST_F(RevocationFileTest, NamesTheLineThatItCannotRead) {
  for (const char* damage : {"soon ada\n", "5\n", "5 \n", "5ada\n", " 5 ada\n", "\n"}) {
    directory_.write("revocations", std::string("1 ada\n") + damage);
    const auto read = file_.read();
    ASSERT_FALSE(read.has_value()) << damage;
    EXPECT_THAT(read.error(), HasSubstr("revocations:2: expected Unix seconds")) << damage;
  }
}

TEST_F(RevocationFileTest, TakesALastLineWithoutItsEnd) {
  directory_.write("revocations", "1 ada\n2 bob");
  EXPECT_THAT(file_.read().value(), ElementsAre(Pair("ada", 1), Pair("bob", 2)));
}

TEST_F(RevocationFileTest, SaysThatItCannotBeWritten) {
  const RevocationFile nowhere(directory_.file("missing/revocations"));
  const auto written = nowhere.write({{"ada", 1}});
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error(), HasSubstr("missing"));
}

}  // namespace
}  // namespace river::server
