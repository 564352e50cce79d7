#include "scratch_directory.h"

#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

namespace river::bench {

ScratchDirectory::ScratchDirectory()
    : path_((std::filesystem::temp_directory_path() / "river-bench-XXXXXX").string()) {
  int ends[2];
  if (::mkdtemp(path_.data()) == nullptr) fail("cannot make a temporary directory");
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  alive_ = net::FileDescriptor(ends[1]);
  remover_ = ::fork();
  if (remover_ == 0) {
    // Out of reach of ctrl-C, and with nothing of this program's but the pipe.
    ::setsid();
    ::dup2(ends[0], STDIN_FILENO);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (const int out : {STDOUT_FILENO, STDERR_FILENO}) {
      if (nowhere >= 0) ::dup2(nowhere, out);
    }
    ::execl("/bin/sh", "sh", "-c", "read -r _; rm -rf -- \"$0\"", path_.c_str(), nullptr);
    std::_Exit(1);
  }
  ::close(ends[0]);
}

ScratchDirectory::~ScratchDirectory() {
  alive_.reset();
  ::waitpid(remover_, nullptr, 0);
}

}  // namespace river::bench
