#include "server/revocation_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/synced_paths_for_test.h"
#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class RevocationFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.file("revocations"); }
  [[nodiscard]] RevokedUsers users() const {
    auto content = file_.read();
    EXPECT_TRUE(content.has_value()) << content.error();
    return content.has_value() ? content->users : RevokedUsers();
  }
  [[nodiscard]] std::string text() const {
    std::ifstream file(path());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  TemporaryDirectory directory_;
  RevocationFile file_{directory_.file("revocations")};
};

TEST_F(RevocationFileTest, ReadsWhatWasWritten) {
  ASSERT_TRUE(
      file_.write({{"ada", 1'700'000'000}, {"bob with spaces", 5}, {"früh", -1}}).has_value());
  EXPECT_THAT(users(), ElementsAre(Pair("ada", 1'700'000'000), Pair("bob with spaces", 5),
                                   Pair("früh", -1)));
}

TEST_F(RevocationFileTest, ReadsTheLastThatWasWritten) {
  ASSERT_TRUE(file_.write({{"ada", 1}, {"bob", 2}}).has_value());
  ASSERT_TRUE(file_.write({{"cleo", 3}}).has_value());
  EXPECT_THAT(users(), ElementsAre(Pair("cleo", 3)));
}

TEST_F(RevocationFileTest, ReadsWhatWasAppended) {
  ASSERT_TRUE(file_.append({{"ada", 1}}).has_value());
  ASSERT_TRUE(file_.append({{"bob", 2}, {"ada", 3}}).has_value());
  ASSERT_TRUE(file_.append({}).has_value());
  EXPECT_THAT(users(), ElementsAre(Pair("ada", 1), Pair("bob", 2), Pair("ada", 3)));
}

TEST_F(RevocationFileTest, NoFileAndAnEmptyOneHoldNobody) {
  EXPECT_THAT(users(), IsEmpty());
  ASSERT_TRUE(file_.write({}).has_value());
  EXPECT_THAT(users(), IsEmpty());
}

TEST_F(RevocationFileTest, IsForItsOwnerAlone) {
  using std::filesystem::perms;
  const auto rights = [this] { return std::filesystem::status(path()).permissions(); };
  ASSERT_TRUE(file_.append({{"ada", 1}}).has_value());
  EXPECT_EQ(rights(), perms::owner_read | perms::owner_write);
  ASSERT_TRUE(file_.write({{"ada", 1}}).has_value());
  EXPECT_EQ(rights(), perms::owner_read | perms::owner_write);
}

TEST_F(RevocationFileTest, IsOnDiskWhenItIsAppendedAndSoIsItsName) {
  take_synced_paths();
  ASSERT_TRUE(file_.append({{"ada", 1}}).has_value());
  const std::string folder = std::filesystem::path(path()).parent_path();
  EXPECT_THAT(take_synced_paths(), ElementsAre(path(), folder));
  ASSERT_TRUE(file_.append({{"bob", 1}}).has_value());
  EXPECT_THAT(take_synced_paths(), ElementsAre(path()));
}

// More than 87,000 users made a file over the limit of others: all revocations were lost.
TEST_F(RevocationFileTest, HoldsAsManyUsersAsAreRemembered) {
  RevokedUsers many;
  for (std::size_t i = 0; i < hub::Revocations::users_max; ++i) {
    many.emplace_back(fmt::format("{:036}", i), 1'700'000'000);
  }
  ASSERT_TRUE(file_.write(many).has_value());
  EXPECT_EQ(users(), many);
}

TEST_F(RevocationFileTest, MayHaveTwoFullLinesForEachUser) {
  static_assert(RevocationFile::bytes_max >=
                2 * hub::Revocations::users_max * (sizeof "-9223372036854775808 " + 200));
}

TEST_F(RevocationFileTest, NamesTheLineThatItCannotRead) {
  for (const char* damage : {"soon ada\n", "5\n", "5 \n", "5ada\n", " 5 ada\n", "\n", "5 a\tb\n",
                             "5\n6 bob", "-9007199254740992 ada\n", "9007199254740992 ada\n"}) {
    directory_.write("revocations", std::string("1 ada\n") + damage);
    const auto read = file_.read();
    ASSERT_FALSE(read.has_value()) << damage;
    EXPECT_THAT(read.error(), HasSubstr("revocations:2: a line is Unix seconds")) << damage;
  }
}

TEST_F(RevocationFileTest, TakesALastLineWithoutItsEndIfItCanBeRead) {
  directory_.write("revocations", "1 ada\n2 bob");
  const auto content = file_.read();
  ASSERT_TRUE(content.has_value()) << content.error();
  EXPECT_THAT(content->users, ElementsAre(Pair("ada", 1), Pair("bob", 2)));
  EXPECT_FALSE(content->whole);
}

// The power went while it was being written.
TEST_F(RevocationFileTest, LeavesOutAHalfLineAtTheEnd) {
  for (const std::string& half : {std::string("17"), std::string("17 "), std::string(100, '\0')}) {
    directory_.write("revocations", "1 ada\n" + half);
    const auto content = file_.read();
    ASSERT_TRUE(content.has_value()) << content.error();
    EXPECT_THAT(content->users, ElementsAre(Pair("ada", 1)));
    EXPECT_FALSE(content->whole);
  }
}

TEST_F(RevocationFileTest, SaysThatItCannotBeWritten) {
  RevocationFile nowhere(directory_.file("missing/revocations"));
  for (const auto& written : {nowhere.write({{"ada", 1}}), nowhere.append({{"ada", 1}})}) {
    ASSERT_FALSE(written.has_value());
    EXPECT_THAT(written.error(), HasSubstr("missing"));
  }
}

// River's start waited for somebody to write into it.
TEST_F(RevocationFileTest, IsNoFifo) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const std::string why = path() + ": it is not a regular file";
  const auto read = file_.read();
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error(), "cannot read " + why);
  EXPECT_EQ(file_.append({{"ada", 1}}), std::unexpected("cannot write " + why));
}

TEST_F(RevocationFileTest, SaysThatItCannotBeRead) {
  std::filesystem::create_directory(path());
  const auto read = file_.read();
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error(), HasSubstr("cannot read " + path()));
}

// Takes files of at most so many bytes, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_ = nullptr;
};

// Half a line stayed in the midst of the file, and no later start could read it.
TEST_F(RevocationFileTest, IsWholeAfterADiskThatWasFull) {
  ASSERT_TRUE(file_.append({{"ada", 1}}).has_value());
  {
    const FileSizeLimit full(9);
    EXPECT_FALSE(file_.append({{"bob", 2}}).has_value());
  }
  EXPECT_EQ(text(), "1 ada\n");
  ASSERT_TRUE(file_.append({{"cleo", 3}}).has_value());
  EXPECT_EQ(text(), "1 ada\n3 cleo\n");
}

}  // namespace
}  // namespace river::server
