// publish: HTTP only: over several connections, each with one request under way, to a channel that
// nobody hears.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "arena.h"
#include "base/clock.h"
#include "fail.h"
#include "http_answers.h"
#include "json_scan.h"
#include "machine.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr double warm_up_seconds = 0.5;

std::string request_for(const ServerProcess& server, const Options& options) {
  const std::string data = '"' + std::string(100, 'x') + '"';
  std::string path = "/publish";
  std::string body = fmt::format(R"({{"channel":"bench","eventName":"e","data":{}}})", data);
  if (options.batch > 0) {
    path = "/v1/publish/batch";
    body = R"({"messages":[)";
    for (int i = 0; i < options.batch; ++i) {
      body +=
          fmt::format(R"({}{{"channel":"bench","event":"e","data":{}}})", i > 0 ? "," : "", data);
    }
    body += "]}";
  }
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: bench\r\nx-api-key: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      path, server.api_key(), body.size(), body);
}

// One keep-alive connection that asks again once it is answered.
struct Asker {
  Stream stream;
  HttpAnswers answers = {};
};

class Askers {
 public:
  Askers(const Stream::Target& target, int count, std::string request)
      : request_(std::move(request)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < count; ++i) {
      Asker& asker = *askers_.emplace_back(std::make_unique<Asker>(Stream(target)));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &asker;
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, asker.stream.fd(), &event);
      ask(asker);
    }
  }

  // How many answers have come in that time.
  [[nodiscard]] std::uint64_t run_for(double seconds) {
    const std::uint64_t end = steady_nanoseconds() + static_cast<std::uint64_t>(seconds * 1e9);
    const std::uint64_t answered_before = answered_;
    while (steady_nanoseconds() < end) turn(true);
    return answered_ - answered_before;
  }
  // Waits for the answers that are still to come; returns how many requests were made in all.
  [[nodiscard]] std::uint64_t finish() {
    while (answered_ < asked_) turn(false);
    return asked_;
  }
  // The body of any answer.
  [[nodiscard]] const std::string& an_answer() const { return askers_[0]->answers.last_body(); }

 private:
  void turn(bool ask_again) {
    std::array<epoll_event, 64> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 5000);
    if (ready <= 0) fail("publications are not answered");
    for (int i = 0; i < ready; ++i) {
      Asker& asker = *static_cast<Asker*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (read(asker) && ask_again) ask(asker);
    }
  }
  void ask(Asker& asker) {
    ++asked_;
    if (!asker.stream.write(request_)) fail("the server closed a publisher");
  }
  [[nodiscard]] bool read(Asker& asker) {
    const Stream::Read read = asker.stream.read(buffer_.data(), buffer_.size());
    if (read.outcome == Stream::Outcome::nothing_yet) return false;
    if (read.outcome != Stream::Outcome::bytes) fail("the server closed a publisher");
    if (asker.answers.feed({buffer_.data(), read.size}) == 0) return false;
    ++answered_;
    return true;
  }

  std::string request_;
  net::FileDescriptor epoll_;
  std::vector<std::unique_ptr<Asker>> askers_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
};

// The offset that the channel has come to: each publication has moved it by one.
std::uint64_t channel_offset(const Arena& arena, const Stream::Target& target) {
  Askers question(target, 1,
                  fmt::format("GET /v1/channels/bench HTTP/1.1\r\nHost: bench\r\n"
                              "x-api-key: {}\r\n\r\n",
                              arena.server.api_key()));
  static_cast<void>(question.finish());
  return number_behind(question.an_answer(), R"("offset":)");
}

}  // namespace

void run_publish(const Options& options) {
  make_room_for(options.connections);
  Arena arena(options);
  Askers askers(arena.crowd.shared().target, options.connections,
                request_for(arena.server, options));
  Result result("publish", options);
  result.parameter("connections", options.connections);
  result.parameter("batch", options.batch);
  static_cast<void>(askers.run_for(warm_up_seconds));
  if (askers.an_answer().find(R"("error")") != std::string::npos) {
    fail("a publication failed: " + askers.an_answer());
  }
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const Stopwatch watch(arena.server.pid());
    const std::uint64_t answered = askers.run_for(options.seconds);
    const double seconds = watch.seconds();
    const double cpu = watch.server_cpu_seconds();
    const double publications =
        static_cast<double>(answered) * (options.batch > 0 ? options.batch : 1);
    result.figure("publications_per_second", publications / seconds);
    result.figure("publications_per_cpu_second", publications / cpu);
    result.figure("cpu_microseconds_per_publication", cpu * 1e6 / publications, 2);
    watch.note(result);
  }
  const std::uint64_t published =
      askers.finish() * static_cast<std::uint64_t>(std::max(options.batch, 1));
  const std::uint64_t offset = channel_offset(arena, arena.crowd.shared().target);
  result.tally.events = published;
  result.tally.lost = published > offset ? published - offset : 0;
  result.tally.doubled = offset > published ? offset - published : 0;
  result.print(
      fmt::format("{} publications/s over {} connections, {}; {} µs CPU each",
                  result.text("publications_per_second"), options.connections,
                  options.batch > 0 ? fmt::format("{} a request", options.batch) : "one a request",
                  result.text("cpu_microseconds_per_publication")));
}

}  // namespace river::bench
