// ClientPlaces: how many clients there are, WebSockets and streams, on all loops together. Touched
// only when a client comes or goes. Thread: any.
#pragma once

#include <atomic>
#include <cstdint>

namespace river::transport {

class ClientPlaces {
 public:
  // False, and nothing taken, if `most` are taken; 0: any number.
  [[nodiscard]] bool take(std::uint64_t most) {
    std::uint64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (most != 0 && taken >= most) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    return true;
  }
  void give_back() { taken_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace river::transport
