// What the kernel gives: the same bytes to as many sockets, by a loop that does nothing else.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "client.h"
#include "net/send_batch.h"
#include "scenarios.h"
#include "server_process.h"

namespace river::bench {
namespace {

// The server: accepts, then sends once to each for every byte on the control socket.
[[noreturn]] void serve(int listener, int control, const Options& options) {
  pin_to_core(options.server_core);
  const net::SendBatchKind kind =
      options.send_batch == "sendmsg" ? net::SendBatchKind::sendmsg : net::SendBatchKind::io_uring;
  auto batch = net::make_send_batch(kind);
  if (!batch.has_value()) fail(batch.error());
  const std::string message(
      static_cast<std::size_t>(options.wire_bytes) * static_cast<std::size_t>(options.in_flight),
      'x');
  iovec piece{const_cast<char*>(message.data()), message.size()};
  std::vector<net::FileDescriptor> sockets;
  for (int i = 0; i < options.subscribers; ++i) {
    sockets.emplace_back(::accept(listener, nullptr, nullptr));
    const int on = 1;
    ::setsockopt(sockets.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  char byte = 0;
  send_all(control, "r");
  std::vector<net::SendItem> items;
  while (::read(control, &byte, 1) == 1) {
    for (std::size_t start = 0; start < sockets.size(); start += 1024) {
      items.clear();
      for (std::size_t i = start; i < std::min(sockets.size(), start + 1024); ++i) {
        items.push_back({sockets[i].get(), &piece, 1, 0});
      }
      (*batch)->send(items);
    }
  }
  std::_Exit(0);
}

}  // namespace

void run_ceiling(const Options& options) {
  const net::FileDescriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::listen(listener.get(), 4096);
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  int control[2];
  ::socketpair(AF_UNIX, SOCK_STREAM, 0, control);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(control[0]);  // its end there is how the child learns that all is done
    serve(listener.get(), control[1], options);
  }
  pin_to_core(options.client_core);

  const int epoll = ::epoll_create1(0);
  std::vector<net::FileDescriptor> sockets;
  for (int i = 0; i < options.subscribers; ++i) {
    sockets.push_back(connect_to(ntohs(address.sin_port)));
    set_nonblocking(sockets.back().get());
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = sockets.back().get();
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
  }
  receive_until(control[0], "r");
  std::vector<char> buffer(256 * 1024);
  std::vector<epoll_event> events(1024);
  const std::size_t bytes_a_round = static_cast<std::size_t>(options.subscribers) *
                                    static_cast<std::size_t>(options.wire_bytes) *
                                    static_cast<std::size_t>(options.in_flight);
  const auto one_round = [&] {
    send_all(control[0], "g");
    std::size_t missing = bytes_a_round;
    while (missing > 0) {
      const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 5000);
      if (ready <= 0) fail("the ceiling stalls");
      for (int i = 0; i < ready; ++i) {
        const ssize_t got = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(),
                                   buffer.size(), MSG_DONTWAIT);
        if (got > 0) missing -= static_cast<std::size_t>(got);
      }
    }
  };
  for (int i = 0; i < 20; ++i) one_round();
  const std::uint64_t start = steady_nanoseconds();
  const std::uint64_t end = start + static_cast<std::uint64_t>(options.seconds) * 1'000'000'000;
  std::uint64_t rounds = 0;
  for (; steady_nanoseconds() < end; ++rounds) one_round();
  const double took = static_cast<double>(steady_nanoseconds() - start) / 1e9;
  const double deliveries = static_cast<double>(rounds) * options.subscribers * options.in_flight;
  fmt::print(R"({{"scenario":"ceiling","subscribers":{},"in_flight":{},"wire_bytes":{},)"
             R"("send_batch":"{}","deliveries_per_second":{:.0f},"sends_per_second":{:.0f}}})"
             "\n",
             options.subscribers, options.in_flight, options.wire_bytes, options.send_batch,
             deliveries / took, deliveries / options.in_flight / took);
  ::close(control[0]);
  ::waitpid(child, nullptr, 0);
  ::close(epoll);
}

}  // namespace river::bench
