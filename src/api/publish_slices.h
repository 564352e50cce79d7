// PublishSlices: the publications of one request on their way to the broker, a slice at a time, in
// their order.
//
// A request of a few KiB may name 100 channels, and a batch 1000: many megabytes for a client that
// listens to them all. Published at once they would be in one turn and so in one write, and that
// client would be closed as a slow reader before it could take any of it. So each slice has a turn
// to itself, the first one too, as many requests can come in one read. And after as much as may
// wait for a client there is a pause before each slice: 128 KiB every 10 ms are 100 Mbit a second.
// Who publishes to that many channels waits a little; nobody waits for a client.
//
// Owns: the publications. Borrows: the broker. Thread: its loop's. Limits: those of the request.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "api/publish_answers.h"
#include "base/clock.h"
#include "broker/broker.h"

namespace river::api {

// Runs a task in a later turn of the loop: the next, or once that time has passed.
using RunLater = std::function<void(milliseconds, std::move_only_function<void()>)>;

class PublishSlices {
 public:
  // With what its turn gathered besides (Hub::turn_bytes_max) well below what may wait for a
  // client.
  static constexpr std::size_t slice_bytes_max = 128UL * 1024;
  static constexpr milliseconds pause{10};

  PublishSlices(std::shared_ptr<PublishAnswers> answers, std::size_t bytes_without_pause)
      : answers_(std::move(answers)), bytes_without_pause_(bytes_without_pause) {}

  // The answer to it is that part of that message.
  void add(std::size_t message, std::size_t part, broker::PublishRequest request) {
    outgoing_.push_back({message, part, std::move(request)});
  }
  [[nodiscard]] std::size_t size() const { return outgoing_.size(); }

  // Publishes all, and is gone then. The broker and `run_later` outlive that.
  static void send(PublishSlices slices, broker::Broker& broker, const RunLater& run_later);

 private:
  struct Outgoing {
    std::size_t message;
    std::size_t part;
    broker::PublishRequest request;
  };

  static void send_rest(PublishSlices slices, broker::Broker& broker, const RunLater& run_later);
  // True if more is to be sent.
  bool send_slice(broker::Broker& broker);

  std::shared_ptr<PublishAnswers> answers_;
  std::vector<Outgoing> outgoing_;
  std::size_t sent_ = 0;
  std::size_t bytes_without_pause_;
};

}  // namespace river::api
