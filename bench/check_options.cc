#include "check_options.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>

#include "fail.h"

namespace river::bench {
namespace {

// Those that need nothing but a way in and events.
constexpr std::array<std::string_view, 4> for_any_adapter{"connect", "fanout", "idle", "paced"};
constexpr std::array<std::string_view, 3> send_batches{"auto", "io_uring", "sendmsg"};

template <typename Value>
struct Flag {
  std::string_view name;
  Value value;
};

template <typename Value>
void require(std::string_view rule, bool (*holds)(Value),
             std::initializer_list<Flag<Value>> flags) {
  for (const auto& [name, value] : flags) {
    if (!holds(value)) fail(fmt::format("{} {}", name, rule));
  }
}

// Not a number is none of them.
void check_numbers(const Options& options) {
  require<int>("must be 1 at least", [](int value) { return value >= 1; },
               {{"--clients", options.subscribers},
                {"--in-flight", options.in_flight},
                {"--wire-bytes", options.wire_bytes},
                {"--slow-wire-bytes", options.slow_wire_bytes},
                {"--repeat", options.repeats},
                {"--workers", options.workers},
                {"--concurrency", std::min(options.concurrency, options.return_concurrency)},
                {"--connections", options.connections},
                {"--history-events", options.history_events}});
  require<int>("must be 10 at least: it is compared with 10", [](int value) { return value >= 10; },
               {{"--channels", options.channels}});
  require<int>("must not be negative", [](int value) { return value >= 0; },
               {{"--batch", options.batch}});
  require<double>("must be more than 0", [](double value) { return value > 0; },
                  {{"--seconds", options.seconds},
                   {"--load", options.load},
                   {"--rate", options.rate},
                   {"--joins", options.joins_per_second},
                   {"--churn", options.churn_per_second}});
  require<double>("must not be negative", [](double value) { return value >= 0; },
                  {{"--rate", options.paced_rate},
                   {"--ceiling", options.deliveries_per_second},
                   {"--leaves", options.leaves_per_second},
                   {"--ping-interval", options.ping_seconds},
                   {"--outbox-age", options.outbox_seconds}});
  require<double>("is a share, from 0 to 1", [](double value) { return value >= 0 && value <= 1; },
                  {{"--stay", options.stay_share}, {"--slow", options.slow_share}});
}

void check_server(std::string_view scenario, const Options& options) {
  if (options.adapter != "river" &&
      std::ranges::find(for_any_adapter, scenario) == for_any_adapter.end()) {
    fail(fmt::format("{} speaks River's own protocol, so it has no other --adapter", scenario));
  }
  if (options.adapter == "river" && options.port != 0) {
    fail("--port is for another --adapter: a River is started with settings and keys of the bench");
  }
  if (options.adapter == "centrifugo" && options.port == 0) {
    fail("--adapter centrifugo needs the --port of a server that runs already");
  }
  if (options.port < 0 || options.port > 65'535) fail("--port must be from 1 to 65535");
  if ((options.port != 0) != (options.server_pid > 0)) {
    fail("--port and --server-pid go together: the server's CPU and memory are half of the result");
  }
  if (!options.path.starts_with('/')) fail("--path must begin with a slash");
  if (std::ranges::find(send_batches, options.send_batch) == send_batches.end()) {
    fail(fmt::format("there is no --send-batch '{}': auto, io_uring or sendmsg",
                     options.send_batch));
  }
}

}  // namespace

void check_options(std::string_view scenario, const Options& options) {
  check_numbers(options);
  check_server(scenario, options);
}

}  // namespace river::bench
