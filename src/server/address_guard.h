// AddressGuard: how many connections one address may have and open a second, on all loops together.
// An address that shows wrong tokens or keys has its rate charged for it. Loopback is exempt: that
// is where proxies and tests are. Trusted proxies are, too: their clients are counted when they say
// who they are.
//
// Locked, but only when a connection comes or goes. Thread: any.
// Limits: addresses are forgotten when they have no connection and have earned their burst back.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "net/address.h"
#include "session/token_bucket.h"

namespace river::server {

struct AddressLimits {
  std::uint32_t connections_max = 0;  // 0: any number
  session::Rate connections;          // new ones
};

class AddressGuard {
 public:
  // What a wrong token costs, in connections.
  static constexpr std::uint32_t bad_token_cost = 10;
  // Stands for all addresses that are exempt.
  static constexpr std::uint64_t exempt_key = 0;

  explicit AddressGuard(const AddressLimits& limits) : limits_(limits) {}

  [[nodiscard]] static std::uint64_t key_of(const net::Address& address) {
    return address.is_loopback() ? exempt_key : address.limit_key();
  }

  // Takes a place, if there is one.
  [[nodiscard]] bool admit(std::uint64_t key, TimePoint now);
  void release(std::uint64_t key);
  void note_bad_token(std::uint64_t key, TimePoint now);
  // About once a minute.
  void sweep(TimePoint now);
  [[nodiscard]] std::size_t size();

 private:
  struct Entry {
    std::uint32_t open = 0;
    session::TokenBucket bucket;
    TimePoint last_seen;
  };
  struct Shard {
    std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, Entry> entries;
  };
  [[nodiscard]] Shard& shard_of(std::uint64_t key) { return shards_[key % shards_.size()]; }

  const AddressLimits limits_;
  std::array<Shard, 17> shards_;  // a prime: the keys are addresses, not hashes
};

}  // namespace river::server
