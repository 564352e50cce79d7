// serve(): the life of the process around a Server: descriptors, what is printed, signals.
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/log.h"
#include "server/exit_code.h"
#include "server/server.h"
#include "server/version.h"
#include "server/worker.h"

namespace river::server {
namespace {

// Descriptors that are no client's: listeners, epoll, files.
constexpr std::uint64_t reserved_descriptors = 64;

// Raises the soft limit of open files to the hard one; returns it.
std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  static_cast<void>(::getrlimit(RLIMIT_NOFILE, &limit));
  return limit.rlim_cur;
}

std::string url_of(const Node& node, const net::Address& address) {
  return fmt::format("{}://{}", node.tls == nullptr ? "http" : "https", address.text());
}

void print_start(Server& server, std::string_view send_batch, std::uint64_t connections) {
  const Node& node = server.node();
  const std::string url = url_of(node, server.addresses().front());
  fmt::print("River {} is ready.\n\n", version);
  for (const net::Address& address : server.addresses()) {
    fmt::print("  page and endpoint   {}\n", url_of(node, address));
  }
  const auto place = [](const std::string& file) {
    return file.empty() ? std::string("from the configuration") : file;
  };
  fmt::print("  API key             {}\n", place(node.secrets.api_key_file));
  fmt::print("  JWT secret          {}\n", place(node.secrets.jwt_secret_file));
  fmt::print("  workers             {}, sending by {}\n", node.worker_count, send_batch);
  fmt::print("  room for            {} connections\n\n", connections);
  const std::string key = node.secrets.api_key_file.empty()
                              ? std::string("$RIVER_API_KEY")
                              : fmt::format("$(head -1 {})", node.secrets.api_key_file);
  fmt::print(
      "Publish an event:\n\n"
      "  curl -X POST {}/publish -H \"x-api-key: {}\" -H 'content-type: application/json' \\\n"
      "    -d "
      "'{{\"channel\":\"dogs\",\"eventName\":\"new-post\",\"data\":{{\"title\":\"Rex\"}}}}'\n\n",
      url, key);
  std::fflush(stdout);
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

int serve(const Config& config, const Secrets& secrets) {
  // Blocked before threads start, so that all inherit it and only this one takes them.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const std::uint64_t descriptors = raise_descriptor_limit();
  auto node = Node::make(config, secrets);
  if (!node.has_value()) {
    return report_errors({{node.error()}});
  }
  Server server(std::move(*node));
  if (const auto opened = server.open(); !opened.has_value()) {
    return report_errors({{opened.error()}});
  }
  // Asked before the loops run: from then on a batch belongs to its thread.
  const std::string_view send_batch = server.workers().front()->loop().send_batch_name();
  server.start();
  print_start(server, send_batch, descriptors - std::min(descriptors, reserved_descriptors));

  int received = 0;
  for (;;) {
    if (sigwait(&signals, &received) != 0) continue;
    if (received != SIGHUP) break;
    server.reload_tls();
  }
  // A developer's Ctrl-C waits for no balancer.
  server.shut_down(received == SIGTERM ? config.shutdown.drain_min : milliseconds(0));
  return exit_success;
}

}  // namespace river::server
