#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "client.h"
#include "scenarios.h"
#include "server_process.h"

namespace river::bench {
namespace {

constexpr std::string_view channel = "bench";

std::vector<std::unique_ptr<Client>> open_clients(const ServerProcess& server,
                                                  const Options& options) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < options.subscribers; ++i) {
    clients.push_back(std::make_unique<Client>());
    clients.back()->open(server.port(), server.jwt_secret(), options.same_user ? 0 : i, channel,
                         true);
  }
  return clients;
}

// A request whose event is `wire_bytes` long as a frame, once its offset has six digits.
std::string publish_request(const ServerProcess& server, const Options& options) {
  const std::size_t envelope =
      std::string_view(
          R"({"type":"event","channel":"bench","event":"e","data":"","offset":123456})")
          .size();
  const std::size_t header = options.wire_bytes - 2 < 126 ? 2 : 4;
  const std::size_t filler = static_cast<std::size_t>(options.wire_bytes) - header - envelope;
  const std::string body =
      fmt::format(R"({{"channel":"bench","eventName":"e","data":"{}"}})", std::string(filler, 'x'));
  return fmt::format(
      "POST /publish HTTP/1.1\r\nHost: bench\r\nx-api-key: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      server.api_key(), body.size(), body);
}

}  // namespace

void run_fanout(const Options& options) {
  ServerProcess server(options);
  pin_to_core(options.client_core);
  const auto clients = open_clients(server, options);
  const int epoll = ::epoll_create1(0);
  for (const auto& client : clients) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = client.get();
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd(), &event);
  }
  std::string request;
  for (int i = 0; i < options.in_flight; ++i) request += publish_request(server, options);
  const net::FileDescriptor publisher = connect_to(server.port());

  std::vector<char> buffer(256 * 1024);
  std::vector<epoll_event> events(1024);
  std::uint64_t rounds = 0;
  std::uint64_t deliveries = 0;
  const auto one_round = [&] {
    send_all(publisher.get(), request);
    std::uint64_t missing = clients.size() * static_cast<std::size_t>(options.in_flight);
    while (missing > 0) {
      const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 5000);
      if (ready <= 0) fail(fmt::format("{} deliveries are missing", missing));
      for (int i = 0; i < ready; ++i) {
        auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
        missing -= static_cast<std::uint64_t>(client->read_events(buffer.data(), buffer.size()));
      }
    }
    ++rounds;
    deliveries += clients.size() * static_cast<std::size_t>(options.in_flight);
    // The answers, so that they don't pile up.
    while (::recv(publisher.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    }
  };
  for (int i = 0; i < 20; ++i) one_round();
  rounds = deliveries = 0;
  const double cpu_before = server.cpu_seconds();
  const std::uint64_t start = steady_nanoseconds();
  const std::uint64_t end = start + static_cast<std::uint64_t>(options.seconds) * 1'000'000'000;
  while (steady_nanoseconds() < end) one_round();
  const double took = static_cast<double>(steady_nanoseconds() - start) / 1e9;
  const double cpu = server.cpu_seconds() - cpu_before;
  fmt::print(
      R"({{"scenario":"fanout","subscribers":{},"in_flight":{},"wire_bytes":{},"send_batch":"{}",)"
      R"("deliveries_per_second":{:.0f},"cpu_microseconds_per_delivery":{:.3f},)"
      R"("deliveries_per_cpu_second":{:.0f},"rounds":{}}})"
      "\n",
      options.subscribers, options.in_flight, options.wire_bytes, options.send_batch,
      static_cast<double>(deliveries) / took, cpu * 1e6 / static_cast<double>(deliveries),
      static_cast<double>(deliveries) / cpu, rounds);
  ::close(epoll);
}

}  // namespace river::bench
