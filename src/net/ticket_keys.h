// TicketKeys: what TLS session tickets are sealed with. A ticket holds the secret of its session,
// so whoever gets the key can read what was sent in it: each key seals for a day, then only opens
// for another, and is forgotten.
//
//   day 1   A seals, A opens
//   day 2   B seals, A and B open
//   day 3   C seals, B and C open
//
// Nothing runs by itself: a key is replaced by the first handshake after its day.
//
// Thread: all; locked for a copy, once or twice a handshake.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>

#include "base/clock.h"

namespace river::net {

struct TicketKey {
  using Name = std::array<unsigned char, 16>;

  TicketKey() = default;
  TicketKey(const TicketKey&) = default;
  TicketKey& operator=(const TicketKey&) = default;
  ~TicketKey();

  Name name{};  // stands in the ticket
  std::array<unsigned char, 32> cipher{};
  std::array<unsigned char, 32> mac{};
};

class TicketKeys {
 public:
  static constexpr milliseconds seals_for = std::chrono::hours(24);

  explicit TicketKeys(TimePoint now);

  [[nodiscard]] TicketKey to_seal(TimePoint now);
  // Nothing if it is not known, or not any more.
  [[nodiscard]] std::optional<TicketKey> to_open(const TicketKey::Name& name, TimePoint now);

 private:
  void renew(TimePoint now);

  std::mutex mutex_;
  TicketKey current_;
  std::optional<TicketKey> before_;
  TimePoint made_at_;  // current_
};

}  // namespace river::net
