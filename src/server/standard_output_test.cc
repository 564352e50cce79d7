#include "server/standard_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/file_descriptor.h"
#include "server/check_command.h"
#include "server/exit_code.h"

namespace river::server {
namespace {

class FullOutput : public testing::Test {
 protected:
  FullOutput() {
    const net::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(::dup2(full.get(), STDOUT_FILENO), STDOUT_FILENO);
  }
  ~FullOutput() override { ::dup2(before_.get(), STDOUT_FILENO); }

 private:
  net::FileDescriptor before_{::dup(STDOUT_FILENO)};
};

TEST_F(FullOutput, IsAnErrorWithItsReason) {
  EXPECT_EQ(print("x"), std::unexpected("cannot write to stdout: No space left on device"));
}

// It ended as if all had been shown.
TEST_F(FullOutput, OfACheckIsAFailure) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_check(load_config({})), exit_failed);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("cannot write to stdout"),
            std::string::npos);
}

}  // namespace
}  // namespace river::server
