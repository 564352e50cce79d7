#include "server/server.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "broker/memory/state_file.h"
#include "net/port_check.h"
#include "server/data_directory.h"
#include "server/worker.h"

namespace river::server {
namespace {

constexpr std::string_view state_file = "state";
constexpr std::string_view revocations_file = "revocations";

// Reconnecting costs a server about as much as serving a thousand idle clients for a second: spread
// so that the next process meets a thousand of them a second.
constexpr std::uint64_t reconnects_a_second = 1000;
constexpr milliseconds spread_min{1'000};

}  // namespace

Server::Server(std::unique_ptr<Node> node)
    : node_(std::move(node)),
      revocations_(path(revocations_file), node_->config.auth.revocation_age) {}

Server::~Server() {
  for (auto& worker : workers_) worker->stop();
}

std::string Server::path(std::string_view file) const {
  return fmt::format("{}/{}", node_->config.data_dir, file);
}

std::expected<void, std::string> Server::open() {
  for (std::size_t i = 0; i < node_->worker_count; ++i) {
    auto worker = Worker::make(*this, i);
    if (!worker.has_value()) return std::unexpected(worker.error());
    workers_.push_back(std::move(*worker));
  }
  for (auto& worker : workers_) worker->connect(workers_);
  for (const ListenAddress& listen : node_->config.listen) {
    auto address = address_of(listen);
    if (!address.has_value()) return std::unexpected(address.error());
    if (auto free = net::check_port_is_free(*address); !free.has_value()) return free;
    addresses_.push_back(*address);
  }
  // Before anything of the last run is taken: another process may still hold the port.
  for (auto& worker : workers_) {
    if (auto listening = worker->listen(addresses_); !listening.has_value()) return listening;
  }
  return restore();
}

void Server::start() {
  for (auto& worker : workers_) worker->start();
}

void Server::reload_tls() {
  if (node_->tls == nullptr) {
    log_info("nothing to reload: only certificates are read again, and TLS is not in use");
    return;
  }
  const auto reloaded = node_->tls->reload();
  if (reloaded.has_value()) {
    log_info("certificate reloaded", {{"file", node_->config.tls.cert}});
  } else {
    log_error("the certificate was not reloaded: the one before stays in use",
              {{"reason", reloaded.error()}});
  }
}

std::uint64_t Server::clients() const {
  std::uint64_t clients = 0;
  for (const auto& worker : workers_) clients += worker->metrics().clients_open.value();
  return clients;
}

void Server::shut_down() {
  const std::uint64_t count = clients();
  const milliseconds spread =
      std::clamp(milliseconds(count * 1000 / reconnects_a_second), spread_min,
                 std::max(spread_min, node_->config.shutdown.spread_max));
  log_info("draining", {{"clients", count}, {"spread_ms", spread.count()}});
  node_->draining.store(true, std::memory_order_relaxed);
  for (auto& worker : workers_) {
    worker->loop().post([&worker = *worker, spread] { worker.drain(spread); });
  }
  const TimePoint deadline = steady_now() + node_->config.shutdown.timeout;
  // The clients' closing handshakes: nothing signals the last one, and nobody waits for this
  // thread.
  while (clients() > 0 && steady_now() < deadline) {
    std::this_thread::sleep_for(milliseconds(5));  // tidy: allow
  }
  for (auto& worker : workers_) worker->stop();
  store();
}

std::expected<void, std::string> Server::restore() {
  // Secrets that come from elsewhere leave it unmade. River can serve without it.
  if (const auto made = make_data_directory(node_->config.data_dir); !made.has_value()) {
    log_warning("a restart will lose channels and revocations", {{"reason", made.error()}});
  }
  if (auto restored = restore_revocations(); !restored.has_value()) return restored;
  restore_channels();
  return {};
}

std::expected<void, std::string> Server::restore_revocations() {
  const auto revoked = revocations_.open(unix_now());
  if (!revoked.has_value()) return std::unexpected(revoked.error());
  for (auto& worker : workers_) {
    for (const auto& [user, at] : *revoked) worker->hub().revocations().add(user, at);
  }
  // Every hub hears of each; one is enough.
  workers_.front()->hub().set_revoked(
      [this](std::string_view user, UnixSeconds at) { revocations_.add(user, at); });
  return {};
}

void Server::restore_channels() {
  auto channels = broker::StateFile(path(state_file)).take();
  if (!channels.has_value()) {
    log_warning("channels start anew: clients will be told to reload",
                {{"reason", channels.error()}});
    return;
  }
  const std::size_t count = channels->size();
  for (broker::StoredChannel& channel : *channels) {
    const std::size_t home = workers_.front()->broker().home_of(channel.name);
    workers_[home]->restore(std::move(channel));
  }
  if (count > 0) log_info("channels taken up from the last run", {{"channels", count}});
}

void Server::store() {
  std::vector<broker::StoredChannel> channels;
  for (auto& worker : workers_) {
    std::ranges::move(worker->broker().home().store(), std::back_inserter(channels));
  }
  const auto written = broker::StateFile(path(state_file)).write(channels);
  if (!written.has_value()) {
    log_error("channels were not kept: clients will be told to reload",
              {{"reason", written.error()}});
  } else {
    log_info("stopped", {{"channels_kept", channels.size()}});
  }
}

}  // namespace river::server
