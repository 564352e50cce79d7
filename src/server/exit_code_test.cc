#include "server/exit_code.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/file_descriptor.h"

namespace river::server {
namespace {

TEST(ExitCode, TellsAWrongCommandLineFromAnythingElse) {
  EXPECT_EQ(report_errors({{"no file"}}), exit_failed);
  EXPECT_EQ(report_errors({{"no flag"}, true}), exit_usage);
}

// The program was aborted.
TEST(ExitCode, IsToldAlsoIfNobodyCanHearWhy) {
  const net::FileDescriptor before(::dup(STDERR_FILENO));
  const net::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::dup2(full.get(), STDERR_FILENO), STDERR_FILENO);
  int code = 0;
  EXPECT_NO_THROW(code = report_errors({{"no file"}}));
  EXPECT_EQ(code, exit_failed);
  ASSERT_EQ(::dup2(before.get(), STDERR_FILENO), STDERR_FILENO);
}

}  // namespace
}  // namespace river::server
