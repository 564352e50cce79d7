// connect-ceiling: what the kernel gives to clients that come: a bare program accepts each, and
// answers three times, or twice or once if pipelined, with as many bytes as River does.
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
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"
#include "stream.h"

namespace river::bench {
namespace {

constexpr int warm_up_clients = 200;

struct Exchange {
  std::size_t asked_bytes;
  std::size_t answered_bytes;
};

// What a `connect` of river-bench sends and gets: handshake and welcome, auth, subscribe.
constexpr std::array<Exchange, 3> exchanges{{{149, 201}, {170, 90}, {51, 80}}};

Exchange both(const Exchange& one, const Exchange& other) {
  return {one.asked_bytes + other.asked_bytes, one.answered_bytes + other.answered_bytes};
}

std::vector<Exchange> exchanges_of(const Options& options) {
  const auto [handshake, auth, subscribe] = exchanges;
  switch (options.pipelined) {
    case Pipelining::none:
      break;
    case Pipelining::after_open:
      return {handshake, both(auth, subscribe)};
    case Pipelining::all:
      return {both(handshake, both(auth, subscribe))};
  }
  return {handshake, auth, subscribe};
}

// The server: what a request is, it knows by its size; each comes as one packet.
void serve(int listener, const std::vector<Exchange>& script) {
  const int on = 1;  // for those that are accepted, as River does
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int epoll = ::epoll_create1(0);
  const auto look_at = [epoll](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  };
  look_at(listener);
  const std::string answer(1024, 'x');
  std::vector<char> buffer(64 * 1024);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        look_at(accepted);
        continue;
      }
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        ::close(fd);
        continue;
      }
      for (const Exchange& exchange : script) {
        if (static_cast<std::size_t>(got) != exchange.asked_bytes) continue;
        ::send(fd, answer.data(), exchange.answered_bytes, MSG_NOSIGNAL);
      }
    }
  }
}

// One client after the other.
void connect_one(Stream& stream, const Stream::Target& target, const std::vector<Exchange>& script,
                 int epoll) {
  static const std::string request(1024, 'x');
  std::array<char, 2048> buffer;
  stream = Stream(target);
  epoll_event event{};
  event.events = EPOLLIN;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, stream.fd(), &event);
  for (const Exchange& exchange : script) {
    static_cast<void>(stream.write(std::string_view(request).substr(0, exchange.asked_bytes)));
    if (::epoll_wait(epoll, &event, 1, 5000) != 1) fail("the bare server does not answer");
    const Stream::Read read = stream.read(buffer.data(), buffer.size());
    if (read.size != exchange.answered_bytes) fail("the bare server's answer came in pieces");
  }
}

}  // namespace

void run_connect_ceiling(const Options& options) {
  make_room_for(options.subscribers + warm_up_clients);
  const std::vector<Exchange> script = exchanges_of(options);
  const BareServer server(options, [&](int listener, int /*control*/) { serve(listener, script); });
  const Stream::Target target{.port = server.port()};
  const net::FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  const auto connect_many = [&](int count) {
    std::vector<Stream> streams(static_cast<std::size_t>(count));
    for (Stream& stream : streams) connect_one(stream, target, script, epoll.get());
    return streams;
  };
  const auto cut = [](std::vector<Stream> streams) {
    for (Stream& stream : streams) stream.cut();
  };
  cut(connect_many(warm_up_clients));

  Result result("connect-ceiling", options);
  result.parameter("clients", options.subscribers);
  result.parameter("pipelined", name_of(options.pipelined));
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const Stopwatch watch(server.pid());
    auto streams = connect_many(options.subscribers);
    const double seconds = watch.seconds();
    result.figure("clients_per_second", options.subscribers / seconds);
    result.figure("cpu_microseconds_per_client",
                  watch.server_cpu_seconds() * 1e6 / options.subscribers, 1);
    watch.note(result);
    cut(std::move(streams));
  }
  result.print(fmt::format("{} clients/s, {} round trips each; {} µs CPU each",
                           result.text("clients_per_second"), script.size(),
                           result.text("cpu_microseconds_per_client")));
}

}  // namespace river::bench
