#include "crowd.h"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "fail.h"

namespace river::bench {
namespace {

// Few, so that an open loop is never late by more than it takes to read from these.
constexpr std::size_t ready_max = 128;
constexpr std::int64_t stalled_nanoseconds = 5'000'000'000;
// Without an event for so long, nothing is on its way any more; if some are missing, only after the
// longer one, as a server may pause. Pings count as silence: with many clients they never end.
constexpr std::uint64_t silence_nanoseconds = 50'000'000;
constexpr std::uint64_t silence_if_missing_nanoseconds = 2'000'000'000;

// What epoll gives back for a client is its address, which is even. For others it is odd.
std::uint64_t mark_of(Client& client) {
  return std::bit_cast<std::uint64_t>(&client);
}

}  // namespace

Crowd::Crowd(const Adapter& adapter, const Stream::Target& target, Pipelining pipelined)
    : shared_{.adapter = adapter, .target = target, .pipelined = pipelined},
      buffer_(256 * 1024),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

Client& Crowd::add(const Identity& identity, const std::vector<std::string>& channels) {
  return *clients_.emplace_back(std::make_unique<Client>(shared_, identity, channels));
}

void Crowd::start(Client& client) {
  client.start();
  go_on_reading(client);
}

void Crowd::start_slow(Client& client, int receive_bytes) {
  shared_.target.receive_bytes = receive_bytes;
  start(client);
  shared_.target.receive_bytes = 0;
}

void Crowd::stop_reading(Client& client) {
  if (client.fd() >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client.fd(), nullptr);
}

void Crowd::go_on_reading(Client& client) {
  add_to_epoll(client.fd(), mark_of(client));
}

void Crowd::watch(int fd, std::move_only_function<void()> on_readable) {
  others_.push_back(std::move(on_readable));
  add_to_epoll(fd, (others_.size() - 1) << 1 | 1);
}

void Crowd::add_to_epoll(int fd, std::uint64_t mark) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

void Crowd::open_from(std::size_t first, int concurrency, ClientListener& listener) {
  std::size_t started = first;
  std::size_t open = first;  // all before it are in
  while (open < clients_.size()) {
    while (started < clients_.size() && started - open < static_cast<std::size_t>(concurrency)) {
      start(*clients_[started++]);
    }
    if (turn(stalled_nanoseconds, listener) == 0) {
      fail(fmt::format("client {} of {} does not get in", open, clients_.size()));
    }
    while (open < started && clients_[open]->state() == Client::State::open) ++open;
  }
}

int Crowd::turn(std::int64_t nanoseconds, ClientListener& listener) {
  std::array<epoll_event, ready_max> events;
  const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  const int ready = ::epoll_pwait2(epoll_.get(), events.data(), events.size(), &timeout, nullptr);
  for (int i = 0; i < ready; ++i) {
    const std::uint64_t mark = events[static_cast<std::size_t>(i)].data.u64;
    if ((mark & 1) != 0) {
      others_[mark >> 1]();
    } else {
      std::bit_cast<Client*>(mark)->read(buffer_.data(), buffer_.size(), listener);
    }
  }
  return std::max(ready, 0);
}

bool Crowd::receive(std::uint64_t events, ClientListener& listener) {
  while (tally().events < events) {
    if (turn(stalled_nanoseconds, listener) == 0) return false;
  }
  return true;
}

void Crowd::finish(const std::string& channel, std::uint64_t last) {
  read_the_rest([&] { return missing(channel, last); });
  for (const auto& client : clients_) {
    if (client->state() != Client::State::open) continue;
    for (Client::Subscription& subscription : client->subscriptions()) {
      if (subscription.channel == channel) subscription.check.finish(last, tally());
    }
  }
}

bool Crowd::missing(const std::string& channel, std::uint64_t last) const {
  for (const auto& client : clients_) {
    if (client->state() != Client::State::open) continue;
    for (const Client::Subscription& subscription : client->subscriptions()) {
      if (subscription.channel == channel && subscription.check.last() < last) return true;
    }
  }
  return false;
}

void Crowd::read_the_rest(const std::function<bool()>& is_missing) {
  std::uint64_t events = tally().events;
  std::uint64_t since = steady_nanoseconds();
  for (;;) {
    turn(static_cast<std::int64_t>(silence_nanoseconds) / 5);
    const std::uint64_t now = steady_nanoseconds();
    if (tally().events > events) {
      events = tally().events;
      since = now;
    } else if (now - since > silence_if_missing_nanoseconds ||
               (now - since > silence_nanoseconds && !is_missing())) {
      return;
    }
  }
}

void Crowd::clear() {
  for (const auto& client : clients_) client->cut();
  clients_.clear();
}

}  // namespace river::bench
