// serve(): the life of the process around a Server: descriptors, what is printed, signals.
#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/log.h"
#include "server/exit_code.h"
#include "server/server.h"
#include "server/standard_output.h"
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

std::string start_text(Server& server, std::string_view send_batch, std::uint64_t connections) {
  const Node& node = server.node();
  const std::string url = url_of(node, server.addresses().front());
  std::string text = fmt::format("River {} is ready.\n\n", version);
  for (const net::Address& address : server.addresses()) {
    text += fmt::format("  page and endpoint   {}\n", url_of(node, address));
  }
  const auto place = [](const std::string& file) {
    return file.empty() ? std::string("from the configuration") : file;
  };
  text += fmt::format("  API key             {}\n", place(node.secrets.api_key_file));
  text += fmt::format("  JWT secret          {}\n", place(node.secrets.jwt_secret_file));
  text += fmt::format("  workers             {}, sending by {}\n", node.worker_count, send_batch);
  text += fmt::format("  room for            {} connections\n\n", connections);
  const std::string key = node.secrets.api_key_file.empty()
                              ? std::string("$RIVER_API_KEY")
                              : fmt::format("$(head -1 {})", node.secrets.api_key_file);
  text += fmt::format(R"(Publish an event:

  curl -X POST {}/publish -H "x-api-key: {}" -H 'content-type: application/json' \
    -d '{{"channel":"dogs","eventName":"new-post","data":{{"title":"Rex"}}}}'

)",
                      url, key);
  return text;
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
  const std::uint64_t connections = descriptors - std::min(descriptors, reserved_descriptors);
  if (const auto printed = print(start_text(server, send_batch, connections)); !printed) {
    log_warning("the start is not shown, and all the same complete", {{"reason", printed.error()}});
  }

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
