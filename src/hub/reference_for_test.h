// For tests and fuzzing only: what is true in a simulation, and what its clients were told. The
// place of an event may become known after it was delivered, so claims are judged at the end.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/connection_id.h"
#include "base/position.h"

namespace river::hub {

[[nodiscard]] inline std::string text_of(Position position) {
  return fmt::format("{}@{}", epoch_text(position.epoch), position.offset);
}

class Reference {
 public:
  // Every event has a number, which is its content.
  std::uint64_t add_event(std::string_view channel, ConnectionId exclude) {
    events_.push_back({std::string(channel), exclude});
    return events_.size() - 1;
  }
  void placed(std::uint64_t number, Position position) {
    const auto [place, added] =
        numbers_.try_emplace({events_[number].channel, position.epoch, position.offset}, number);
    if (!added && place->second != number) {
      fail(
          fmt::format("events {} and {} are both at {}", place->second, number, text_of(position)));
    }
  }

  void received(ConnectionId by, std::string_view channel, Position position,
                std::uint64_t number) {
    if (number >= events_.size() || events_[number].channel != channel) {
      fail(fmt::format("{} got on {} an event that was not published there", name_of(by), channel));
    } else if (events_[number].exclude == by) {
      fail(fmt::format("{} got its own echo {} on {}", name_of(by), number, channel));
    } else {
      received_.push_back({by, std::string(channel), position, number});
    }
  }
  // It was not given the events after `from` up to `to`: right if it was excluded from each.
  void skipped(ConnectionId by, std::string_view channel, Position from, Offset to) {
    for (Offset offset = from.offset + 1; offset <= to; ++offset) {
      skipped_.push_back({by, std::string(channel), {from.epoch, offset}, 0});
    }
  }

  void judge() {
    for (const Claim& claim : received_) {
      const auto number = number_at(claim);
      if (number != claim.number) {
        fail(fmt::format("{} got on {} at {} event {}, not the one that is there",
                         name_of(claim.by), claim.channel, text_of(claim.position), claim.number));
      }
    }
    for (const Claim& claim : skipped_) {
      const auto number = number_at(claim);
      if (!number.has_value() || events_[*number].exclude != claim.by) {
        fail(fmt::format("{} missed the event at {} on {}", name_of(claim.by),
                         text_of(claim.position), claim.channel));
      }
    }
    received_.clear();
    skipped_.clear();
  }

  // Keeps the first.
  void fail(std::string what) {
    if (!failure_.has_value()) failure_ = std::move(what);
  }
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }

  [[nodiscard]] static std::string name_of(ConnectionId connection) {
    return fmt::format("connection {}", connection);
  }

 private:
  struct Event {
    std::string channel;
    ConnectionId exclude = 0;
  };
  struct Claim {
    ConnectionId by = 0;
    std::string channel;
    Position position;
    std::uint64_t number = 0;
  };

  [[nodiscard]] std::optional<std::uint64_t> number_at(const Claim& claim) const {
    const auto place = numbers_.find({claim.channel, claim.position.epoch, claim.position.offset});
    return place == numbers_.end() ? std::nullopt : std::optional(place->second);
  }

  std::vector<Event> events_;
  std::map<std::tuple<std::string, Epoch, Offset>, std::uint64_t> numbers_;
  std::vector<Claim> received_;
  std::vector<Claim> skipped_;
  std::optional<std::string> failure_;
};

}  // namespace river::hub
