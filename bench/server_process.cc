#include "server_process.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

namespace river::bench {

void fail(const std::string& what) {
  fmt::print(stderr, "river-bench: {}\n", what);
  std::exit(1);
}

void pin_to_core(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) {
    fail(fmt::format("cannot use core {}: {}", core, std::strerror(errno)));
  }
}

ServerProcess::ServerProcess(const Options& options) {
  char directory[] = "/tmp/river-bench-XXXXXX";
  if (::mkdtemp(directory) == nullptr) fail("cannot make a directory in /tmp");
  directory_ = directory;
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) fail("pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::setenv("RIVER_API_KEY", api_key_.c_str(), 1);
    ::setenv("RIVER_JWT_SECRET", jwt_secret_.c_str(), 1);
    if (options.workers == 1) pin_to_core(options.server_core);
    const std::string workers = std::to_string(options.workers);
    ::execl(options.river.c_str(), options.river.c_str(), "serve", "--listen", "127.0.0.1:0",
            "--data-dir", directory_.c_str(), "--workers", workers.c_str(), "--send-batch",
            options.send_batch.c_str(), "--limits-messages-per-second", "0", nullptr);
    fail(fmt::format("cannot start {}: {}", options.river, std::strerror(errno)));
  }
  ::close(out[1]);
  std::string text;
  char byte = 0;
  while (text.find("room for") == std::string::npos && ::read(out[0], &byte, 1) == 1) text += byte;
  ::close(out[0]);
  const std::size_t at = text.find("http://127.0.0.1:");
  if (at == std::string::npos) fail("the server did not start: " + text);
  port_ = static_cast<std::uint16_t>(leading_number(std::string_view(text).substr(at + 17)));
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

double ServerProcess::cpu_seconds() const {
  // In nanoseconds, a line a thread.
  double total = 0;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid_))) {
    std::ifstream file(task.path() / "schedstat");
    double nanoseconds = 0;
    if (file >> nanoseconds) total += nanoseconds / 1e9;
  }
  return total;
}

std::uint64_t ServerProcess::private_bytes() const {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid_));
  std::string word;
  std::uint64_t bytes = 0;
  while (file >> word) {
    if (word == "Private_Clean:" || word == "Private_Dirty:") {
      std::uint64_t kib = 0;
      file >> kib;
      bytes += kib * 1024;
    }
  }
  return bytes;
}

}  // namespace river::bench
