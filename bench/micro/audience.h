// Audience: a hub on a loop without a thread, and listeners that queue what they get into an
// outbox of their own, as connections do, and then count it as sent. No socket, no system call.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

#include "base/channel_rules.h"
#include "base/metrics.h"
#include "broker/memory/memory_broker.h"
#include "broker/memory/simulated_network_for_test.h"
#include "hub/hub.h"
#include "net/outbox.h"
#include "transport/dialects.h"
#include "websocket/deflate.h"

namespace river::bench {

class Listener final : public hub::Subscriber {
 public:
  explicit Listener(hub::DialectIndex index) { dialect = index; }

  void deliver(const SharedBytes& chunk) override { outbox_.push(chunk); }
  void on_subscribed(const hub::Channel& /*channel*/,
                     const hub::SubscribeAnswer& /*answer*/) override {}
  void on_subscribe_failed(std::string_view /*channel*/, std::uint64_t /*request*/,
                           broker::BrokerError /*error*/) override {}
  void on_resync(const hub::Channel& /*channel*/, Position /*position*/) override {}
  void on_disconnect() override {}

  // What a loop does at the end of its turn, without the kernel. Returns bytes.
  std::size_t write() {
    std::array<iovec, 64> iovecs;
    const std::size_t count = outbox_.gather(iovecs);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += iovecs[i].iov_len;
    outbox_.pop(bytes);
    return bytes;
  }

 private:
  net::Outbox outbox_;
};

class Audience {
 public:
  explicit Audience(std::size_t listeners,
                    hub::DialectIndex dialect = transport::websocket_dialect) {
    broker_.connect({&broker_}, hub_);
    transport::set_dialects(hub_, deflater_, 1024);
    for (std::size_t i = 0; i < listeners; ++i) {
      listeners_.push_back(std::make_unique<Listener>(dialect));
      hub_.subscribe(*listeners_.back(), channel, {});
    }
    network_.deliver_all();
  }
  ~Audience() {
    for (const auto& listener : listeners_) hub_.unsubscribe_all(*listener);
    for (const auto& listener : others_) hub_.unsubscribe_all(*listener);
    network_.deliver_all();
  }
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  void publish(std::string_view to, std::string_view data) {
    broker::PublishRequest request;
    request.channel = to;
    request.content = broker::EventBytes("new-post", data);
    broker_.publish(std::move(request), [](const auto&) {});
    network_.deliver_all();
  }
  void publish(std::string_view data) { publish(channel, data); }

  // The end of a turn: fan-out, then one write a listener. Returns the bytes of all.
  std::size_t flush() {
    hub_.flush();
    std::size_t bytes = 0;
    for (const auto& listener : listeners_) bytes += listener->write();
    hub_.writes_done();
    return bytes;
  }

  // One listener more, for a moment.
  void come_and_go() {
    Listener visitor(transport::websocket_dialect);
    hub_.subscribe(visitor, channel, {});
    network_.deliver_all();
    hub_.unsubscribe_all(visitor);
    network_.deliver_all();
  }

  // One channel more, with a listener that has a hundred channels, as clients may have. Returns
  // its number.
  std::size_t add_channel(const std::string& name) {
    if (channels_ % channels_a_listener == 0) {
      others_.push_back(std::make_unique<Listener>(transport::websocket_dialect));
    }
    hub_.subscribe(*others_.back(), name, {});
    network_.deliver_all();
    return channels_++;
  }
  // The end of a turn in which only that channel had something.
  std::size_t flush_channel(std::size_t number) {
    hub_.flush();
    const std::size_t bytes = others_[number / channels_a_listener]->write();
    hub_.writes_done();
    return bytes;
  }

 private:
  static constexpr const char* channel = "dogs";
  static constexpr std::size_t channels_a_listener = 100;

  broker::SimulatedNetwork network_{1};
  broker::HomeSettings settings_;
  ChannelRules rules_;
  Metrics metrics_;
  websocket::Deflater deflater_;
  broker::MemoryBroker broker_{0, network_.courier(0), settings_, rules_, metrics_};
  hub::Hub hub_{broker_, rules_, metrics_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Listener>> others_;  // of the channels that were added
  std::size_t channels_ = 0;
};

}  // namespace river::bench
