#include "server_process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certificate.h"
#include "echo_server.h"
#include "fail.h"
#include "json_scan.h"
#include "machine.h"
#include "process_usage.h"

namespace river::bench {
namespace {

// Figures of a process that cannot be looked at would be zeros.
void must_be_seen(pid_t pid) {
  if (cpu_seconds_of(pid) <= 0) {
    fail(
        fmt::format("the CPU of process {0} cannot be seen in /proc/{0}/task/*/schedstat: is it "
                    "there?",
                    pid));
  }
  if (private_bytes_of(pid) == 0) {
    fail(
        fmt::format("the memory of process {0} cannot be seen in /proc/{0}/smaps_rollup: run this "
                    "as the same user, or root",
                    pid));
  }
}

}  // namespace

ServerProcess::ServerProcess(const Options& options, const std::vector<std::string>& settings) {
  if (options.port != 0) {
    port_ = static_cast<std::uint16_t>(options.port);
    pid_ = options.server_pid;
    must_be_seen(pid_);
    return;
  }
  if (options.adapter == "echo") {
    const auto serve = [&](int listener, int /*control*/) { serve_echo(listener, options.faulty); };
    echo_ = std::make_unique<BareServer>(options, serve);
    port_ = echo_->port();
    pid_ = echo_->pid();
    return;
  }
  start(options, settings);
}

void ServerProcess::start(const Options& options, const std::vector<std::string>& settings) {
  directory_ = std::make_unique<ScratchDirectory>();
  const std::string& directory = directory_->path();
  std::vector<std::string> words = {options.river,
                                    "serve",
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--data-dir",
                                    directory,
                                    "--workers",
                                    std::to_string(options.workers),
                                    "--send-batch",
                                    options.send_batch,
                                    "--limits-messages-per-second",
                                    "0"};
  // A publisher may have nothing to say for a while.
  for (const char* timeout : {"--http-head-timeout", "--http-idle-timeout"}) {
    words.insert(words.end(), {timeout, "1h"});
  }
  if (options.tls) {
    write_certificate(directory);
    words.insert(words.end(),
                 {"--tls-cert", directory + "/cert.pem", "--tls-key", directory + "/key.pem"});
  }
  words.insert(words.end(), settings.begin(), settings.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) fail("pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // should the bench fail, nothing stays behind
    ::dup2(out[1], STDOUT_FILENO);
    ::setenv("RIVER_API_KEY", api_key_.c_str(), 1);
    ::setenv("RIVER_JWT_SECRET", jwt_secret_.c_str(), 1);
    pin_to_core(options.workers == 1 ? options.server_core : -1);
    ::execv(arguments[0], arguments.data());
    fmt::print(stderr, "river-bench: cannot start {}: {}\n", options.river, std::strerror(errno));
    std::_Exit(1);
  }
  ::close(out[1]);
  std::string text;
  char byte = 0;
  while (text.find("room for") == std::string::npos && ::read(out[0], &byte, 1) == 1) text += byte;
  ::close(out[0]);
  const std::size_t at = text.find("://127.0.0.1:");
  if (at == std::string::npos) fail("the server did not start: " + text);
  port_ = static_cast<std::uint16_t>(leading_number(std::string_view(text).substr(at + 13)));
  must_be_seen(pid_);
}

ServerProcess::~ServerProcess() {
  if (directory_ == nullptr) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace river::bench
