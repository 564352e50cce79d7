#include "server/server.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/unordered_map.hpp>
#include <fmt/format.h>

#include "base/log.h"
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
constexpr milliseconds look_again{5};
// For what is under way at the end: answers go out at once, but to those who do not read.
constexpr milliseconds settle_max{1'000};

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

void Server::shut_down(milliseconds drain_min) {
  const std::uint64_t count = clients();
  const milliseconds spread =
      std::clamp(milliseconds(count * 1000 / reconnects_a_second), spread_min,
                 std::max(spread_min, node_->config.shutdown.spread_max));
  log_info("draining", {{"clients", count}, {"spread_ms", spread.count()}});
  node_->draining.store(true, std::memory_order_relaxed);
  for (auto& worker : workers_) {
    worker->loop().post([&worker = *worker, spread] { worker.drain(spread); });
  }
  const TimePoint started = steady_now();
  const TimePoint deadline = started + node_->config.shutdown.timeout;
  // The clients' closing handshakes: nothing signals the last one, and nobody waits for this
  // thread.
  while ((clients() > 0 && steady_now() < deadline) || steady_now() < started + drain_min) {
    std::this_thread::sleep_for(look_again);  // tidy: allow
  }
  settle();
  for (auto& worker : workers_) worker->stop();
  // Before the channels, which may take the last of the disk: clients can do without those.
  revocations_.close();
  store();
}

bool Server::on_every_loop(const WorkerTask& task, TimePoint deadline) {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable all_here;
    std::size_t missing;
  };
  // Shared with loops that come late.
  const auto meeting = std::make_shared<Meeting>();
  meeting->missing = workers_.size();
  for (auto& worker : workers_) {
    worker->loop().post([meeting, task, &worker = *worker] {
      task(worker);
      const std::lock_guard lock(meeting->mutex);
      if (--meeting->missing == 0) meeting->all_here.notify_one();
    });
  }
  std::unique_lock lock(meeting->mutex);
  return meeting->all_here.wait_until(lock, deadline, [&] { return meeting->missing == 0; });
}

// Else an event is published whose publisher never hears of it, and repeats it.
void Server::settle() {
  const TimePoint deadline = steady_now() + settle_max;
  // From then on requests are refused as a whole; those that were taken are made as a whole.
  const WorkerTask close = [](Worker& worker) { worker.broker().close(); };
  for (bool in_time = on_every_loop(close, deadline); in_time;) {
    const auto owed = std::make_shared<std::atomic<bool>>(false);
    const WorkerTask look = [owed](Worker& worker) {
      if (worker.owes_answers()) *owed = true;
    };
    in_time = on_every_loop(look, deadline);
    if (in_time && !*owed) return;
    std::this_thread::sleep_for(look_again);  // tidy: allow
  }
  log_warning("stopping although not all requests are answered", {});
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
  auto taken = broker::StateFile(path(state_file)).take();
  if (!taken.has_value()) {
    log_warning("channels start anew: clients will be told to reload", {{"reason", taken.error()}});
    return;
  }
  if (!taken->has_value()) return;
  broker::StoredState& state = **taken;
  restore_ids(state);
  const std::size_t count = state.channels.size();
  for (broker::StoredChannel& channel : state.channels) {
    workers_[home_of(channel)]->restore(std::move(channel));
  }
  if (count > 0) log_info("channels taken up from the last run", {{"channels", count}});
}

std::size_t Server::home_of(const broker::StoredChannel& channel) const {
  return workers_.front()->broker().home_of(channel.name);
}

// An id goes where its channel is, which its epoch tells. (By chance two channels share one: then
// to both.) Where one would be whose channel is gone nobody knows: so to all.
void Server::restore_ids(const broker::StoredState& state) {
  boost::unordered_map<Epoch, broker::LoopSet> homes;
  for (const broker::StoredChannel& channel : state.channels) {
    homes[channel.position.epoch] |= broker::LoopSet{1} << home_of(channel);
  }
  for (std::size_t loop = 0; loop < workers_.size(); ++loop) {
    const auto elsewhere = [&homes, loop](const broker::StoredId& id) {
      const auto place = homes.find(id.position.epoch);
      return place != homes.end() && (place->second >> loop & 1) == 0;
    };
    broker::StoredIds ids = state.ids;
    std::erase_if(ids.of_backends, elsewhere);
    std::erase_if(ids.of_clients, elsewhere);
    workers_[loop]->broker().home().restore_ids(ids);
  }
}

void Server::store() {
  broker::StoredState state;
  for (auto& worker : workers_) {
    std::ranges::move(worker->broker().home().store(), std::back_inserter(state.channels));
    const broker::StoredIds ids = worker->broker().home().store_ids();
    state.ids.keys = ids.keys;  // all have the same
    std::ranges::copy(ids.of_backends, std::back_inserter(state.ids.of_backends));
    std::ranges::copy(ids.of_clients, std::back_inserter(state.ids.of_clients));
  }
  std::ranges::sort(state.ids.of_backends, {}, &broker::StoredId::time);
  std::ranges::sort(state.ids.of_clients, {}, &broker::StoredId::time);
  const auto written = broker::StateFile(path(state_file)).write(state);
  if (!written.has_value()) {
    log_error("channels were not kept: clients will be told to reload",
              {{"reason", written.error()}});
  } else {
    log_info("stopped", {{"channels_kept", state.channels.size()}});
  }
}

}  // namespace river::server
