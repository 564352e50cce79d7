// Server: the whole of `river serve`: workers, signals, and what outlives a restart.
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/memory/state_file.h"
#include "net/address.h"
#include "server/config.h"
#include "server/node.h"
#include "server/revocation_writer.h"
#include "server/secrets.h"

namespace river::server {

class Worker;

class Server {
 public:
  explicit Server(std::unique_ptr<Node> node);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the ports and takes up what the last run left. An error is a sentence for the operator.
  [[nodiscard]] std::expected<void, std::string> open();
  void start();
  // Clients are told to come back; waits for them to go, as long as configured, and for
  // `drain_min` in any case; then stops and writes what the next start takes up.
  void shut_down(milliseconds drain_min = milliseconds(0));
  void reload_tls();

  [[nodiscard]] Node& node() { return *node_; }
  [[nodiscard]] const std::vector<net::Address>& addresses() const { return addresses_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }
  [[nodiscard]] std::uint64_t clients() const;

  [[nodiscard]] RevocationWriter& revocations() { return revocations_; }

 private:
  using WorkerTask = std::function<void(Worker&)>;
  // Runs `task` on every loop, and waits until all have. False if that is not before `deadline`.
  [[nodiscard]] bool on_every_loop(const WorkerTask& task, TimePoint deadline);
  // From then on nothing is published, and whoever has published knows.
  void settle();
  [[nodiscard]] std::expected<void, std::string> restore();
  [[nodiscard]] std::expected<void, std::string> restore_revocations();
  void restore_channels();
  void restore_ids(const broker::StoredState& state);
  [[nodiscard]] std::size_t home_of(const broker::StoredChannel& channel) const;
  void store();
  [[nodiscard]] std::string path(std::string_view file) const;

  std::unique_ptr<Node> node_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<net::Address> addresses_;
  RevocationWriter revocations_;  // goes before the loops that it tells
};

// Runs until a signal ends it, and returns the exit code: what run_command_line() calls.
int serve(const Config& config, const Secrets& secrets);

}  // namespace river::server
