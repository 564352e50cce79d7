#include "server/worker.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "server/server.h"
#include "transport/dialects.h"
#include "transport/http_transport.h"
#include "transport/sse_transport.h"

namespace river::server {

Worker::Worker(Server& server, std::size_t index)
    : node_(server.node()),
      index_(index),
      broker_(index, *this, node_.home, node_.rules, metrics_),
      hub_(broker_, node_.rules, metrics_),
      api_(
          broker_, node_.api_keys, node_.api,
          [this](milliseconds after, net::Task task) {
            if (after == milliseconds(0)) return loop_->post(std::move(task));
            loop_->call_at(loop_->now() + after, std::move(task));
          },
          metrics_),
      service_(server, api_, broker_, metrics_),
      sessions_{hub_,
                node_.sessions,
                node_.verifier,
                node_.connections_per_user,
                metrics_,
                protocol::CommandParser(node_.api.data_bytes_max),
                {}},
      transports_{sessions_, node_.transport, service_, node_.client_places, metrics_} {}

Worker::~Worker() = default;

std::expected<std::unique_ptr<Worker>, std::string> Worker::make(Server& server,
                                                                 std::size_t index) {
  auto worker = std::unique_ptr<Worker>(new Worker(server, index));
  if (auto opened = worker->open_loop(); !opened.has_value()) {
    return std::unexpected(opened.error());
  }
  return worker;
}

std::expected<void, std::string> Worker::open_loop() {
  auto loop = net::Loop::make(node_.config.send_batch, metrics_);
  if (!loop.has_value()) return std::unexpected(loop.error());
  loop_ = std::move(*loop);
  transport::set_dialects(hub_, transports_.deflater, node_.transport.deflate_bytes_min);
  hub_.set_turn_is_full([this] { loop_->end_turn_early(); });
  hub_.revocations().set_age_max(node_.config.auth.revocation_age);
  static_assert(hub::Hub::small_channel_max == net::Loop::writes_a_batch);
  loop_->set_turn_end([this] {
    loop_->writes_wait() ? hub_.flush_small() : hub_.flush();
    transport::send_stream_ids(transports_);
  });
  loop_->set_writes_done([this] { hub_.writes_done(!loop_->writes_wait()); });
  loop_->set_connection_closed([this](std::uint64_t key) { node_.addresses.release(key); });
  transports_.note_bad_token = [this](std::uint64_t key) {
    node_.addresses.note_bad_token(key, loop_->now());
  };
  transports_.admit_address = [this](const net::Address& client) -> std::optional<std::uint64_t> {
    const std::uint64_t key = AddressGuard::key_of(client);
    return node_.addresses.admit(key, loop_->now()) ? std::optional(key) : std::nullopt;
  };
  service_.set_loop(*loop_);
  return {};
}

void Worker::connect(const std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<broker::MemoryBroker*> brokers;
  for (const auto& worker : workers) {
    brokers.push_back(&worker->broker_);
    loops_.push_back(worker->loop_.get());
  }
  broker_.connect(std::move(brokers), hub_);
}

std::expected<void, std::string> Worker::listen(std::vector<net::Address>& addresses) {
  for (net::Address& address : addresses) {
    auto listener = net::Listener::open(
        *loop_, address, [this](net::FileDescriptor socket, const net::Address& peer) {
          accept(std::move(socket), peer);
        });
    if (!listener.has_value()) return std::unexpected(listener.error());
    address = (*listener)->address();
    listeners_.push_back(std::move(*listener));
  }
  return {};
}

void Worker::start() {
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), fmt::format("river-{}", index_).c_str());
    for (auto& listener : listeners_) listener->start();
    loop_->call_at(loop_->now() + seconds(1), [this] { every_second(); });
    loop_->run();
    listeners_.clear();
    // Clients that are still there leave their channels while all loops exist to be told.
    while (!loop_->connections().empty()) loop_->connections().back()->close();
  });
}

bool Worker::owes_answers() const {
  const auto unsent = [](const net::Connection* connection) {
    return connection->unsent_bytes() > 0;
  };
  return transports_.unanswered > 0 || std::ranges::any_of(loop_->connections(), unsent);
}

void Worker::stop() {
  loop_->stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::accept(net::FileDescriptor socket, const net::Address& peer) {
  // What comes from a proxy is counted when it says whose it is: see HttpTransport.
  const bool by_proxy = node_.transport.trusted_proxies.contains(peer);
  const std::uint64_t key = by_proxy ? AddressGuard::exempt_key : AddressGuard::key_of(peer);
  if (!node_.addresses.admit(key, loop_->now())) {
    metrics_.connections_refused.add();
    return;
  }
  metrics_.connections_accepted.add();
  auto tls = node_.tls == nullptr ? nullptr : node_.tls->accept(socket.get());
  auto connection = std::make_unique<net::Connection>(
      *loop_, std::move(socket), key, node_.outbox, std::move(tls),
      std::make_unique<transport::HttpTransport>(transports_));
  loop_->adopt(std::move(connection)).start();
}

void Worker::every_second() {
  broker_.sweep();
  hub_.tick(unix_now());
  if (++seconds_ % 60 == 0) every_minute();
  loop_->call_at(loop_->now() + seconds(1), [this] { every_second(); });
}

void Worker::every_minute() {
  if (index_ == 0) node_.addresses.sweep(loop_->now());
  transports_.inflater.release_if_unused();
  transports_.deflater.release_if_unused();
}

void Worker::drain(milliseconds spread) {
  transports_.draining = true;
  hub_.flush();  // what this turn has for them goes first: nothing comes after `reconnect`
  std::minstd_rand random(static_cast<unsigned>(steady_nanoseconds()));
  std::uniform_int_distribution<std::int64_t> delay(100, 100 + spread.count());
  // Draining closes connections at the end of their writes, not now: the list stays as it is.
  for (net::Connection* connection : loop_->connections()) {
    connection->handler()->on_drain(milliseconds(delay(random)));
  }
}

// ── As the courier of its broker ──

void Worker::send(std::size_t loop, Message message) {
  loops_[loop]->post(std::move(message));
}

bool Worker::full(std::size_t loop) const {
  return loops_[loop]->full();
}

void Worker::call_at(TimePoint when, Message message) {
  loop_->call_at(when, std::move(message));
}

broker::Now Worker::now() const {
  const auto unix_time = std::chrono::system_clock::now().time_since_epoch();
  return {loop_->now(), std::chrono::duration_cast<milliseconds>(unix_time).count()};
}

}  // namespace river::server
