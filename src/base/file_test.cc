#include "base/file.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/synced_paths_for_test.h"

namespace river {
namespace {

using testing::ElementsAre;

class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/river-file-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    path_ = directory_ + "/state";
  }
  void TearDown() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }
  [[nodiscard]] std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::string directory_;
  std::string path_;
};

TEST_F(AtomicFile, HoldsWhatWasWrittenLast) {
  ASSERT_TRUE(write_file_atomically(path_, "first, and longer").has_value());
  ASSERT_TRUE(write_file_atomically(path_, "second").has_value());
  EXPECT_EQ(content(), "second");
}

TEST_F(AtomicFile, IsForItsOwnerAlone) {
  ASSERT_TRUE(write_file_atomically(path_, "secret").has_value());
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

// After a power loss the old file was back: its new name was not on disk yet.
TEST_F(AtomicFile, IsOnDiskAndSoIsItsName) {
  take_synced_paths();
  ASSERT_TRUE(write_file_atomically(path_, "bytes").has_value());
  EXPECT_THAT(take_synced_paths(), ElementsAre(path_ + ".new", directory_));
}

// What it had written stayed, and filled the disk for the revocations, which were lost.
TEST_F(AtomicFile, LeavesNothingBehindWhenTheDiskIsFull) {
  ASSERT_TRUE(write_file_atomically(path_, "before").has_value());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto written = write_file_atomically(path_, std::string(2000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(written, std::unexpected("cannot write " + path_ + ".new: File too large"));
  EXPECT_NE(::access((path_ + ".new").c_str(), F_OK), 0);
  EXPECT_EQ(content(), "before");
}

TEST_F(AtomicFile, LeavesNothingBehindWhenItCannotTakeItsName) {
  ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
  EXPECT_FALSE(write_file_atomically(path_, "x").has_value());
  EXPECT_NE(::access((path_ + ".new").c_str(), F_OK), 0);
  ::rmdir(path_.c_str());
}

// It waited for a reader, and so for ever.
TEST_F(AtomicFile, IsNotWrittenToAFifo) {
  const std::string unfinished = path_ + ".new";
  ASSERT_EQ(::mkfifo(unfinished.c_str(), 0600), 0);
  EXPECT_EQ(write_file_atomically(path_, "x"),
            std::unexpected("cannot write " + unfinished + ": it is not a regular file"));
  ::unlink(unfinished.c_str());
}

TEST_F(AtomicFile, IsOpenedAtOnceOrNotAtAll) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  for (const std::string& other : {path_, directory_, std::string("/dev/zero")}) {
    const auto file = open_regular_file(other, O_RDONLY);
    ASSERT_FALSE(file.has_value()) << other;
    EXPECT_EQ(file.error().message, "cannot read " + other + ": it is not a regular file");
    EXPECT_EQ(file.error().error, 0);
  }
  const auto missing = open_regular_file(directory_ + "/missing", O_RDONLY);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().error, ENOENT);
}

TEST(SyncFolder, IsTheWorkingOneForABareName) {
  take_synced_paths();
  ASSERT_TRUE(sync_folder_of("state").has_value());
  char here[4096];
  ASSERT_NE(::getcwd(here, sizeof here), nullptr);
  EXPECT_THAT(take_synced_paths(), ElementsAre(here));
}

TEST(SyncFolder, SaysWhichItCouldNotSync) {
  const auto synced = sync_folder_of("/missing/state");
  ASSERT_FALSE(synced.has_value());
  EXPECT_NE(synced.error().find("cannot sync /missing/: No such file"), std::string::npos)
      << synced.error();
}

TEST_F(AtomicFile, SaysWhatItCouldNotWrite) {
  const auto written = write_file_atomically(directory_ + "/missing/state", "x");
  ASSERT_FALSE(written.has_value());
  EXPECT_NE(written.error().find("missing/state.new: No such file or directory"), std::string::npos)
      << written.error();
}

}  // namespace
}  // namespace river
