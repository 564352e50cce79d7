// connect and idle: what a client costs to come, and to stay.
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.h"
#include "client.h"
#include "scenarios.h"
#include "server_process.h"

namespace river::bench {
namespace {

std::vector<std::unique_ptr<Client>> open_many(const ServerProcess& server, const Options& options,
                                               int first, int count) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>());
    clients.back()->open(server.port(), server.jwt_secret(), options.same_user ? 0 : first + i,
                         "bench", options.pipelined);
  }
  return clients;
}

}  // namespace

void run_connect(const Options& options) {
  ServerProcess server(options);
  pin_to_core(options.client_core);
  const auto warm = open_many(server, options, 0, 200);
  const double cpu_before = server.cpu_seconds();
  const std::uint64_t start = steady_nanoseconds();
  const auto clients = open_many(server, options, 200, options.subscribers);
  const double took = static_cast<double>(steady_nanoseconds() - start) / 1e9;
  const double cpu = server.cpu_seconds() - cpu_before;
  fmt::print(R"({{"scenario":"connect","clients":{},"pipelined":{},"clients_per_second":{:.0f},)"
             R"("cpu_microseconds_per_client":{:.1f}}})"
             "\n",
             options.subscribers, options.pipelined, options.subscribers / took,
             cpu * 1e6 / options.subscribers);
}

void run_idle(const Options& options) {
  ServerProcess server(options);
  pin_to_core(options.client_core);
  const auto warm = open_many(server, options, 0, 500);
  const std::uint64_t before = server.private_bytes();
  const auto clients = open_many(server, options, 500, options.subscribers);
  const std::uint64_t after = server.private_bytes();
  fmt::print(R"({{"scenario":"idle","clients":{},"same_user":{},"process_bytes_per_client":{:.0f},)"
             R"("process_bytes":{}}})"
             "\n",
             options.subscribers, options.same_user,
             static_cast<double>(after - before) / options.subscribers, after);
}

}  // namespace river::bench
