// Worker: one loop and all that lives on it: its part of the broker, its hub, its listeners, its
// connections. Made and ended by Server; in between it runs on its own thread and meets the others
// only through mailboxes.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/api.h"
#include "base/metrics.h"
#include "broker/memory/memory_broker.h"
#include "hub/hub.h"
#include "net/listener.h"
#include "net/loop.h"
#include "server/http_service.h"
#include "server/node.h"
#include "session/session_context.h"
#include "transport/transport_context.h"

namespace river::server {

class Server;

class Worker final : private broker::Courier {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Worker>, std::string> make(Server& server,
                                                                                std::size_t index);
  ~Worker() override;

  // Once all workers are made.
  void connect(const std::vector<std::unique_ptr<Worker>>& workers);
  // Each address; with port 0, the first worker's real ports are the others' as well.
  [[nodiscard]] std::expected<void, std::string> listen(std::vector<net::Address>& addresses);
  void restore(broker::StoredChannel channel) { broker_.home().restore(std::move(channel), now()); }
  void start();
  // Tells all clients to come back later, spread over that time. On its own loop.
  void drain(milliseconds spread);
  // Requests without an answer, or answers that are not sent. On its own loop.
  [[nodiscard]] bool owes_answers() const;
  void stop();  // and waits

  [[nodiscard]] net::Loop& loop() { return *loop_; }
  [[nodiscard]] broker::MemoryBroker& broker() { return broker_; }
  [[nodiscard]] hub::Hub& hub() { return hub_; }
  [[nodiscard]] const Metrics& metrics() const { return metrics_; }

 private:
  Worker(Server& server, std::size_t index);
  [[nodiscard]] std::expected<void, std::string> open_loop();
  void accept(net::FileDescriptor socket, const net::Address& peer);
  void every_second();
  void every_minute();

  void send(std::size_t loop, Message message) override;
  [[nodiscard]] bool full(std::size_t loop) const override;
  void call_at(TimePoint when, Message message) override;
  [[nodiscard]] broker::Now now() const override;

  Node& node_;
  const std::size_t index_;
  Metrics metrics_;
  std::vector<net::Loop*> loops_;  // of all workers
  broker::MemoryBroker broker_;
  hub::Hub hub_;
  api::Api api_;
  HttpService service_;
  session::SessionContext sessions_;
  transport::TransportContext transports_;
  std::unique_ptr<net::Loop> loop_;  // goes before what its connections use
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::uint64_t seconds_ = 0;
  std::jthread thread_;
};

}  // namespace river::server
