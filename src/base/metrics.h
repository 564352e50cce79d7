// What a worker counts. One thread writes, any thread reads: relaxed atomics without a locked
// instruction. The names under which they are shown are in server/metrics_page.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace river {

class Counter {
 public:
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Durations in buckets that double from 16 µs to about 8.6 s, and one for all above.
class Histogram {
 public:
  static constexpr std::size_t bucket_count = 21;
  static constexpr std::uint64_t first_bound_nanoseconds = 16'384;

  void add(std::uint64_t nanoseconds, std::uint64_t times = 1) {
    std::size_t bucket = 0;
    while (bucket + 1 < bucket_count && nanoseconds > bound_nanoseconds(bucket)) ++bucket;
    buckets_[bucket].add(times);
    sum_nanoseconds_.add(nanoseconds * times);
  }
  [[nodiscard]] static constexpr std::uint64_t bound_nanoseconds(std::size_t bucket) {
    return first_bound_nanoseconds << bucket;
  }
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return buckets_[index].value(); }
  [[nodiscard]] std::uint64_t sum_nanoseconds() const { return sum_nanoseconds_.value(); }

 private:
  std::array<Counter, bucket_count> buckets_;
  Counter sum_nanoseconds_;
};

// Why a client was not, or no longer, authenticated.
enum class AuthFailure : std::uint8_t {
  malformed,
  unknown_key,
  bad_signature,
  expired,
  not_yet_valid,
  bad_claims,
  wrong_algorithm,
  too_large,
  revoked,
  timed_out,
  not_first,  // a command came before the token
  api_key,    // a backend's key was missing or wrong
  count
};

// Why the server ended a client's connection.
enum class CloseCause : std::uint8_t {
  client,
  going_away,
  protocol_error,
  too_large,
  unauthenticated,
  forbidden,
  no_pong,
  too_fast,
  slow_reader,
  over_capacity,
  count
};

// Why a request was refused before anybody looked at what it asks for.
enum class HttpRefusal : std::uint8_t {
  silent,     // none came in time
  timed_out,  // it did not come whole in time
  malformed,  // or over a limit
  forbidden_origin,
  invalid_handshake,  // of a WebSocket
  draining,
  over_capacity,
  count
};

struct Metrics {
  Counter connections_accepted;
  Counter connections_refused;  // over the limits of an address, or out of descriptors
  Counter connections_open;     // gauge: every TCP connection
  Counter tls_failures;         // handshakes
  Counter clients_open;         // gauge: WebSocket and SSE
  Counter subscriptions_open;   // gauge
  Counter channels_open;        // gauge: with a subscriber on this worker
  Counter channels_stored;      // gauge: with their home on this worker
  Counter history_bytes;        // gauge
  Counter publications;
  Counter deliveries;
  Counter bytes_received;
  Counter bytes_sent;
  Counter messages_received;
  Counter outbox_overflows;
  Counter http_requests;
  Counter history_evictions;
  Counter snapshots_recovered;
  Counter snapshots_not_recovered;
  std::array<Counter, static_cast<std::size_t>(AuthFailure::count)> auth_failures;
  std::array<Counter, static_cast<std::size_t>(HttpRefusal::count)> http_refusals;
  std::array<Counter, static_cast<std::size_t>(CloseCause::count)> closes;
  Histogram publish_to_socket;
  Histogram turn;  // how long one turn of the loop kept everything else waiting
};

}  // namespace river
