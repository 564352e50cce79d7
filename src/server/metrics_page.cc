#include "server/metrics_page.h"

#include <array>
#include <cstdio>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace river::server {
namespace {

struct Described {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  Counter Metrics::* counter;
};

constexpr std::array counters{
    Described{"river_connections_accepted_total", "counter", "TCP connections accepted",
              &Metrics::connections_accepted},
    Described{"river_connections_refused_total", "counter",
              "Connections refused: over the limits of an address, or out of descriptors",
              &Metrics::connections_refused},
    Described{"river_tls_failures_total", "counter", "TLS handshakes that failed",
              &Metrics::tls_failures},
    Described{"river_connections", "gauge", "Open TCP connections", &Metrics::connections_open},
    Described{"river_clients", "gauge", "Open WebSockets and event streams",
              &Metrics::clients_open},
    Described{"river_subscriptions", "gauge", "Subscriptions of all clients",
              &Metrics::subscriptions_open},
    Described{"river_channels", "gauge", "Channels with a subscriber or history",
              &Metrics::channels_stored},
    Described{"river_channels_listened", "gauge",
              "Channels with a subscriber, counted once on each worker that has one",
              &Metrics::channels_open},
    Described{"river_history_bytes", "gauge", "Memory of the histories", &Metrics::history_bytes},
    Described{"river_history_evictions_total", "counter",
              "Histories dropped because history.bytes_max was reached",
              &Metrics::history_evictions},
    Described{"river_publications_total", "counter", "Events that got their place in a channel",
              &Metrics::publications},
    Described{"river_deliveries_total", "counter", "Events queued for a client",
              &Metrics::deliveries},
    Described{"river_received_bytes_total", "counter", "Bytes read from sockets",
              &Metrics::bytes_received},
    Described{"river_sent_bytes_total", "counter", "Bytes written to sockets",
              &Metrics::bytes_sent},
    Described{"river_messages_received_total", "counter", "Messages of clients",
              &Metrics::messages_received},
    Described{"river_http_requests_total", "counter", "HTTP requests", &Metrics::http_requests},
    Described{"river_outbox_overflows_total", "counter",
              "Clients that read too slowly and were closed", &Metrics::outbox_overflows},
    Described{"river_resumes_recovered_total", "counter",
              "Subscriptions resumed with nothing missed", &Metrics::snapshots_recovered},
    Described{"river_resumes_not_recovered_total", "counter",
              "Subscriptions whose missed events were not all there any more",
              &Metrics::snapshots_not_recovered},
};

constexpr std::array<std::string_view, static_cast<std::size_t>(AuthFailure::count)>
    auth_failure_names{"malformed",     "unknown_key", "bad_signature",   "expired",
                       "not_yet_valid", "bad_claims",  "wrong_algorithm", "too_large",
                       "revoked",       "timed_out",   "not_first",       "api_key"};

constexpr std::array<std::string_view, static_cast<std::size_t>(CloseCause::count)> close_names{
    "client",    "going_away", "protocol_error", "too_large",   "unauthenticated",
    "forbidden", "no_pong",    "too_fast",       "slow_reader", "over_capacity"};

constexpr std::array<std::string_view, static_cast<std::size_t>(HttpRefusal::count)>
    http_refusal_names{"silent",           "timed_out",         "malformed",
                       "forbidden_origin", "invalid_handshake", "draining",
                       "over_capacity"};

class Page {
 public:
  explicit Page(std::span<const Metrics* const> workers) : workers_(workers) {}

  void describe(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }

  template <typename Value>
  void add(std::string_view name, Value value) {
    fmt::format_to(std::back_inserter(text_), "{} {}\n", name, value);
  }

  template <typename Read>
  [[nodiscard]] std::uint64_t sum(Read read) const {
    std::uint64_t total = 0;
    for (const Metrics* worker : workers_) total += read(*worker);
    return total;
  }

  template <std::size_t count>
  void labelled(std::string_view name, std::string_view help, std::string_view label,
                const std::array<std::string_view, count>& values,
                std::array<Counter, count> Metrics::* counters_of) {
    describe(name, "counter", help);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t total =
          sum([&](const Metrics& worker) { return (worker.*counters_of)[i].value(); });
      fmt::format_to(std::back_inserter(text_), "{}{{{}=\"{}\"}} {}\n", name, label, values[i],
                     total);
    }
  }

  void histogram(std::string_view name, std::string_view help, Histogram Metrics::* histogram_of) {
    describe(name, "histogram", help);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < Histogram::bucket_count; ++i) {
      below += sum([&](const Metrics& worker) { return (worker.*histogram_of).bucket(i); });
      if (i + 1 == Histogram::bucket_count) break;
      fmt::format_to(std::back_inserter(text_), "{}_bucket{{le=\"{:.6g}\"}} {}\n", name,
                     static_cast<double>(Histogram::bound_nanoseconds(i)) / 1e9, below);
    }
    const std::uint64_t total =
        sum([&](const Metrics& worker) { return (worker.*histogram_of).sum_nanoseconds(); });
    fmt::format_to(std::back_inserter(text_),
                   "{}_bucket{{le=\"+Inf\"}} {}\n{}_sum {:.9g}\n{}_count {}\n", name, below, name,
                   static_cast<double>(total) / 1e9, name, below);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::span<const Metrics* const> workers_;
  std::string text_;
};

std::uint64_t resident_bytes() {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%*u %lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return std::uint64_t{pages} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::string render_metrics(std::span<const Metrics* const> workers, milliseconds uptime) {
  Page page(workers);
  for (const Described& described : counters) {
    page.describe(described.name, described.type, described.help);
    page.add(described.name,
             page.sum([&](const Metrics& worker) { return (worker.*described.counter).value(); }));
  }
  page.labelled("river_auth_failures_total", "Tokens and keys that were not taken", "reason",
                auth_failure_names, &Metrics::auth_failures);
  page.labelled("river_http_refused_total",
                "Requests refused before anybody looked at what they ask for, and connections on "
                "which none came",
                "reason", http_refusal_names, &Metrics::http_refusals);
  page.labelled("river_clients_closed_total", "Clients that ended, by cause", "cause", close_names,
                &Metrics::closes);
  page.histogram("river_publish_to_socket_seconds",
                 "From the request that published an event until it was handed to the kernel, for "
                 "each delivery on the worker that took it",
                 &Metrics::publish_to_socket);
  page.histogram("river_loop_turn_seconds",
                 "How long one turn of an event loop kept everything else on it waiting",
                 &Metrics::turn);
  page.describe("process_resident_memory_bytes", "gauge", "Resident memory");
  page.add("process_resident_memory_bytes", resident_bytes());
  page.describe("river_uptime_seconds", "gauge", "Time since the start");
  page.add("river_uptime_seconds", static_cast<double>(uptime.count()) / 1000.0);
  return page.take();
}

}  // namespace river::server
