// For tests and fuzzing only: a dialect whose bytes are the number of a record of what it was
// asked to encode, so that a subscriber can look it up.
#pragma once

#include <charconv>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "broker/broker.h"
#include "hub/dialect.h"

namespace river::hub {

struct Chunk {
  DialectIndex dialect = 0;
  std::string channel;
  Epoch epoch = 0;
  std::vector<broker::Publication> events;
  std::shared_ptr<const broker::PresenceChange> presence;  // null: none
  std::string user_event;
};

using Chunks = std::vector<Chunk>;

// The chunk that these bytes stand for.
[[nodiscard]] inline const Chunk& chunk_of(const Chunks& chunks, const SharedBytes& bytes) {
  std::size_t index = 0;
  const std::string_view text = bytes.view();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  RIVER_ASSERT(error == std::errc() && end == text.data() + text.size());
  return chunks.at(index);
}

class RecordingDialect final : public Dialect {
 public:
  RecordingDialect(DialectIndex index, Chunks& chunks) : index_(index), chunks_(chunks) {}

  [[nodiscard]] SharedBytes events(std::string_view channel, Epoch epoch,
                                   std::span<const broker::Publication> events) override {
    Chunk& chunk = add();
    chunk.channel = channel;
    chunk.epoch = epoch;
    chunk.events.assign(events.begin(), events.end());
    return last();
  }
  [[nodiscard]] SharedBytes presence(std::string_view channel,
                                     const broker::PresenceChange& change) override {
    Chunk& chunk = add();
    chunk.channel = channel;
    chunk.presence = std::make_shared<const broker::PresenceChange>(change);
    return last();
  }
  [[nodiscard]] SharedBytes user_event(const broker::EventBytes& content) override {
    add().user_event = content.data();
    return last();
  }

 private:
  Chunk& add() {
    chunks_.emplace_back().dialect = index_;
    return chunks_.back();
  }
  [[nodiscard]] SharedBytes last() const { return SharedBytes(std::to_string(chunks_.size() - 1)); }

  DialectIndex index_;
  Chunks& chunks_;
};

}  // namespace river::hub
