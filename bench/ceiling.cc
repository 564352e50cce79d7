// ceiling: what the kernel gives: the same bytes to as many sockets, by a loop that does nothing
// else.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "bare_server.h"
#include "fail.h"
#include "machine.h"
#include "net/send_batch.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"
#include "stream.h"

namespace river::bench {
namespace {

constexpr int warm_up_rounds = 20;
constexpr std::size_t batch_max = 1024;

net::SendBatchKind kind_of(const Options& options) {
  if (options.send_batch == "sendmsg") return net::SendBatchKind::sendmsg;
  if (options.send_batch == "io_uring") return net::SendBatchKind::io_uring;
  return net::SendBatchKind::automatic;
}

// The server: accepts, then sends once to each for every byte on the control socket.
void serve(int listener, int control, const Options& options) {
  auto batch = net::make_send_batch(kind_of(options));
  if (!batch.has_value()) fail(batch.error());
  const std::string message(
      static_cast<std::size_t>(options.wire_bytes) * static_cast<std::size_t>(options.in_flight),
      'x');
  iovec piece{const_cast<char*>(message.data()), message.size()};
  std::vector<net::FileDescriptor> sockets;
  for (int i = 0; i < options.subscribers; ++i) {
    sockets.emplace_back(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK));
    const int on = 1;
    ::setsockopt(sockets.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  char byte = 'r';
  ::send(control, &byte, 1, 0);
  std::vector<net::SendItem> items;
  while (::read(control, &byte, 1) == 1) {
    for (std::size_t start = 0; start < sockets.size(); start += batch_max) {
      items.clear();
      for (std::size_t i = start; i < std::min(sockets.size(), start + batch_max); ++i) {
        items.push_back({sockets[i].get(), &piece, 1, 0});
      }
      (*batch)->send(items);
    }
  }
}

// The clients: as many sockets that count bytes.
class Receivers {
 public:
  Receivers(std::uint16_t port, int count) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < count; ++i) {
      streams_.emplace_back(Stream::Target{.port = port});
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = streams_.back().fd();
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event.data.fd, &event);
    }
  }

  [[nodiscard]] bool receive(std::size_t bytes) {
    while (bytes > 0) {
      std::array<epoll_event, 128> events;
      const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 5000);
      if (ready <= 0) return false;
      for (int i = 0; i < ready; ++i) {
        const ssize_t got = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer_.data(),
                                   buffer_.size(), MSG_DONTWAIT);
        if (got > 0) bytes -= static_cast<std::size_t>(got);
      }
    }
    return true;
  }

 private:
  net::FileDescriptor epoll_;
  std::vector<Stream> streams_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

}  // namespace

void run_ceiling(const Options& options) {
  make_room_for(options.subscribers);
  const BareServer server(options,
                          [&](int listener, int control) { serve(listener, control, options); });
  Receivers receivers(server.port(), options.subscribers);
  char byte = 0;
  if (::recv(server.control(), &byte, 1, 0) != 1) fail("the bare server did not start");
  const std::size_t bytes_a_round = static_cast<std::size_t>(options.subscribers) *
                                    static_cast<std::size_t>(options.wire_bytes) *
                                    static_cast<std::size_t>(options.in_flight);
  const auto round = [&] {
    ::send(server.control(), "g", 1, MSG_NOSIGNAL);
    if (!receivers.receive(bytes_a_round)) fail("the ceiling stalls");
  };

  Result result("ceiling", options);
  result.parameter("subscribers", options.subscribers);
  result.parameter("in_flight", options.in_flight);
  result.parameter("wire_bytes", options.wire_bytes);
  for (int i = 0; i < warm_up_rounds; ++i) round();
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const Stopwatch watch(server.pid());
    std::uint64_t rounds = 0;
    for (; watch.seconds() < options.seconds; ++rounds) round();
    const double seconds = watch.seconds();
    const double cpu = watch.server_cpu_seconds();
    const double sends = static_cast<double>(rounds) * options.subscribers;
    const double deliveries = sends * options.in_flight;
    result.figure("deliveries_per_second", deliveries / seconds);
    result.figure("sends_per_second", sends / seconds);
    result.figure("cpu_microseconds_per_delivery", cpu * 1e6 / deliveries, 3);
    result.figure("deliveries_per_cpu_second", deliveries / cpu);
    watch.note(result);
  }
  result.print(
      fmt::format("{} deliveries/s to {} sockets by {}, {} a send; {} µs CPU each",
                  result.text("deliveries_per_second"), options.subscribers,
                  options.send_batch == "auto" ? "what River would use" : options.send_batch,
                  options.in_flight, result.text("cpu_microseconds_per_delivery")));
}

}  // namespace river::bench
