#include "server/revocation_writer.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/temporary_directory.h"

namespace river::server {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class RevocationWriterTest : public testing::Test {
 protected:
  RevocationWriterTest() { open_new(); }

  // As a restart would.
  std::expected<RevokedUsers, std::string> open_new(UnixSeconds now = 0) {
    writer_.reset();
    writer_ = std::make_unique<RevocationWriter>(path_, seconds(100));
    return writer_->open(now);
  }
  void wait() const {
    std::promise<void> written;
    RevocationWriter::Task then = [&written] { written.set_value(); };
    if (writer_->when_written(then)) written.get_future().wait();
  }
  [[nodiscard]] RevokedUsers on_disk() const { return RevocationFile(path_).read().value().users; }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("revocations");
  std::unique_ptr<RevocationWriter> writer_;
};

TEST_F(RevocationWriterTest, HasThemOnDiskWhenItSaysSo) {
  for (int i = 1; i <= 100; ++i) {
    writer_->add(std::to_string(i), i);
    wait();
    ASSERT_EQ(on_disk().size(), static_cast<std::size_t>(i));
  }
}

TEST_F(RevocationWriterTest, HasNothingToWaitForWhenAllIsThere) {
  RevocationWriter::Task then = [] { FAIL(); };
  EXPECT_FALSE(writer_->when_written(then));
}

TEST_F(RevocationWriterTest, WritesWhatIsLeftWhenItEnds) {
  for (int i = 0; i < 1000; ++i) writer_->add(std::to_string(i), 1);
  writer_.reset();
  EXPECT_EQ(on_disk().size(), 1000U);
}

TEST_F(RevocationWriterTest, GivesThemAtTheNextStartOldestFirst) {
  directory_.write("revocations", "30 cleo\n10 ada\n20 bob\n5 cleo\n");
  EXPECT_THAT(open_new().value(), ElementsAre(Pair("ada", 10), Pair("bob", 20), Pair("cleo", 30)));
}

TEST_F(RevocationWriterTest, TidiesTheFileAtTheStart) {
  directory_.write("revocations", "30 cleo\n10 ada\n20 bob\n35 cleo\n40 d");
  const auto left = ElementsAre(Pair("bob", 20), Pair("cleo", 35), Pair("d", 40));
  EXPECT_THAT(open_new(110).value(), left);
  EXPECT_THAT(on_disk(), left);
}

TEST_F(RevocationWriterTest, GoesOnBehindAHalfLine) {
  directory_.write("revocations", "1 ada\n17");
  EXPECT_THAT(open_new().value(), ElementsAre(Pair("ada", 1)));
  writer_->add("bob", 2);
  wait();
  EXPECT_THAT(on_disk(), ElementsAre(Pair("ada", 1), Pair("bob", 2)));
}

// A damaged file was overwritten by the next revocation.
TEST_F(RevocationWriterTest, RefusesADamagedFileAndLeavesItAsItIs) {
  directory_.write("revocations", "1 ada\nsoon bob\n2 cleo\n");
  const auto opened = open_new(1000);
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error(), AllOf(HasSubstr("revocations:2: "), HasSubstr("does not start"),
                                    HasSubstr("move it away")));
  writer_.reset();
  std::ifstream file(path_);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, "1 ada\nsoon bob\n2 cleo\n");
}

TEST_F(RevocationWriterTest, TidiesTheFileWhenTooMuchOfItIsOutdated) {
  for (std::size_t i = 0; i < RevocationWriter::outdated_lines_max; ++i) {
    writer_->add(std::to_string(i), 1);
  }
  wait();
  EXPECT_EQ(on_disk().size(), RevocationWriter::outdated_lines_max);
  writer_->add("ada", unix_now());
  wait();
  EXPECT_THAT(on_disk(), ElementsAre(Pair("ada", testing::_)));
  writer_->add("bob", unix_now());
  wait();
  EXPECT_THAT(on_disk(), ElementsAre(Pair("ada", testing::_), Pair("bob", testing::_)));
}

TEST_F(RevocationWriterTest, KeepsWhatTheDiskRefusesForTheNextTime) {
  std::filesystem::create_directory(path_);
  testing::internal::CaptureStderr();
  writer_->add("ada", 1);
  wait();
  std::filesystem::remove(path_);
  writer_->add("bob", 2);
  wait();
  EXPECT_THAT(on_disk(), ElementsAre(Pair("ada", 1), Pair("bob", 2)));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("holds only until the next restart"), HasSubstr("on disk again")));
}

// The channels of a stopping server took the last of a full disk.
TEST_F(RevocationWriterTest, TriesOnceMoreWhenItIsClosed) {
  std::filesystem::create_directory(path_);
  testing::internal::CaptureStderr();
  writer_->add("ada", 1);
  wait();
  std::filesystem::remove(path_);
  writer_->close();
  EXPECT_THAT(on_disk(), ElementsAre(Pair("ada", 1)));
  testing::internal::GetCapturedStderr();
}

TEST_F(RevocationWriterTest, StartsWithNobody) {
  EXPECT_THAT(open_new().value(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace river::server
