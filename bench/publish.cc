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

std::string request_for(const ServerProcess& server, const Options& options) {
  const std::string message =
      R"({"channel":"bench","event":"e","data":")" + std::string(100, 'x') + R"("})";
  std::string body =
      R"({"channel":"bench","eventName":"e","data":")" + std::string(100, 'x') + R"("})";
  std::string path = "/publish";
  if (options.batch > 0) {
    path = "/v1/publish/batch";
    body = R"({"messages":[)";
    for (int i = 0; i < options.batch; ++i) body += (i > 0 ? "," : "") + message;
    body += "]}";
  }
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: bench\r\nx-api-key: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      path, server.api_key(), body.size(), body);
}

}  // namespace

void run_publish(const Options& options) {
  ServerProcess server(options);
  pin_to_core(options.client_core);
  const std::string request = request_for(server, options);
  const int epoll = ::epoll_create1(0);
  std::vector<net::FileDescriptor> sockets;
  for (int i = 0; i < options.connections; ++i) {
    sockets.push_back(connect_to(server.port()));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = sockets.back().get();
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
    send_all(event.data.fd, request);
  }
  std::vector<epoll_event> events(64);
  std::vector<char> buffer(256 * 1024);
  std::uint64_t answered = 0;
  const auto run_for = [&](double seconds_long) {
    const std::uint64_t end = steady_nanoseconds() + static_cast<std::uint64_t>(seconds_long * 1e9);
    while (steady_nanoseconds() < end) {
      const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 5000);
      if (ready <= 0) fail("no answer");
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        const std::string_view answer(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        if (answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 20")) {
          fail("refused: " + std::string(answer));
        }
        // A batch's answer comes in pieces: it is whole when it ends in "]}".
        if (options.batch > 0 && !answer.ends_with("]}")) continue;
        ++answered;
        send_all(fd, request);
      }
    }
  };
  run_for(0.5);
  answered = 0;
  const double cpu_before = server.cpu_seconds();
  const std::uint64_t start = steady_nanoseconds();
  run_for(options.seconds);
  const double took = static_cast<double>(steady_nanoseconds() - start) / 1e9;
  const double cpu = server.cpu_seconds() - cpu_before;
  const double publications =
      static_cast<double>(answered) * (options.batch > 0 ? options.batch : 1);
  fmt::print(
      R"({{"scenario":"publish","connections":{},"batch":{},"publications_per_second":{:.0f},)"
      R"("publications_per_cpu_second":{:.0f},"cpu_microseconds_per_publication":{:.2f}}})"
      "\n",
      options.connections, options.batch, publications / took, publications / cpu,
      cpu * 1e6 / publications);
  ::close(epoll);
}

}  // namespace river::bench
