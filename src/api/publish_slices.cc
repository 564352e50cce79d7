#include "api/publish_slices.h"

#include <algorithm>

namespace river::api {
namespace {

// What a publication costs besides its name and data, about.
constexpr std::size_t overhead_bytes = 100;

}  // namespace

void PublishSlices::send(PublishSlices slices, broker::Broker& broker, const RunLater& run_later) {
  slices.answers_->expect(slices.size());
  slices.answers_->finish_if_nothing_is_missing();
  if (slices.size() > 0) send_rest(std::move(slices), broker, run_later);
}

void PublishSlices::send_rest(PublishSlices slices, broker::Broker& broker,
                              const RunLater& run_later) {
  // A server at its end has told its clients to go.
  const bool at_once = slices.bytes_without_pause_ > 0 || !broker.ready();
  const milliseconds after = at_once ? milliseconds(0) : pause;
  run_later(after, [slices = std::move(slices), &broker, &run_later]() mutable {
    if (slices.send_slice(broker)) send_rest(std::move(slices), broker, run_later);
  });
}

bool PublishSlices::send_slice(broker::Broker& broker) {
  std::size_t bytes = 0;
  while (sent_ < outgoing_.size()) {
    Outgoing& next = outgoing_[sent_];
    const std::size_t cost = next.request.content.size() + overhead_bytes;
    if (bytes > 0 && bytes + cost > slice_bytes_max) break;
    bytes += cost;
    ++sent_;
    broker.publish(std::move(next.request),
                   [answers = answers_, message = next.message, part = next.part](
                       PublishResult result) { answers->set(message, part, result); });
  }
  bytes_without_pause_ -= std::min(bytes, bytes_without_pause_);
  return sent_ < outgoing_.size();
}

}  // namespace river::api
