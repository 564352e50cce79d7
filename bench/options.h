// What river-bench was asked to do. Each scenario reads those that concern it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace river::bench {

// What a client sends of its way in before it has the answer to what comes first.
enum class Pipelining : std::uint8_t {
  none,
  after_open,  // auth and subscribe together, once the connection is open: as a browser can
  all,         // both together with the handshake
};

// As --pipelined has it.
[[nodiscard]] constexpr std::string_view name_of(Pipelining pipelining) {
  if (pipelining == Pipelining::none) return "no";
  return pipelining == Pipelining::all ? "all" : "after-open";
}

struct Options {
  std::string river = "build/release/river";
  std::string send_batch = "auto";
  int subscribers = 5000;
  int in_flight = 1;
  int wire_bytes = 150;  // of one event as a WebSocket frame
  double seconds = 4;    // of one repetition
  int repeats = 1;
  int workers = 1;
  int server_core = 0;
  int client_core = 1;
  bool tls = false;
  bool deflate = false;                     // the clients offer compression, the data is JSON
  Pipelining pipelined = Pipelining::none;  // connect
  bool tls_resume = false;                  // connect
  bool same_user = false;
  int concurrency = 1;  // connect, resume-storm: clients that are coming at a time

  int connections = 16;  // publish: keep-alive connections
  int batch = 0;         // publish: messages a request; 0: single ones

  double paced_rate = 0;             // publications a second of the open loop; 0: by load
  double load = 0.5;                 // of `deliveries_per_second`
  double deliveries_per_second = 0;  // what `load` is a share of

  int channels = 100'000;   // many-channels
  double ping_seconds = 0;  // idle; 0 leaves the server's default

  double rate = 10;  // publications a second, meanwhile, of the scenarios that follow

  double stay_share = 0.1;        // resume-storm: clients that are not cut
  int return_concurrency = 1000;  // resume-storm: clients that are coming back at a time
  int history_events = 1000;      // resume-storm: kept a channel

  double slow_share = 0.01;      // slow-readers
  int slow_wire_bytes = 60'000;  // slow-readers: of events that fill the buffers of the slow
  double outbox_seconds = 0;  // slow-readers: how long something may wait; 0: the server's default

  double joins_per_second = 100;  // presence-storm
  double leaves_per_second = 0;   // presence-storm; 0: as joins

  double churn_per_second = 50;  // soak: clients that leave and come back

  // Another server than a River that is started for the measurement.
  std::string adapter = "river";
  bool faulty = false;     // the bare echo server loses and doubles some
  std::string path = "/";  // of its WebSocket
  int port = 0;            // of a server that runs already
  int server_pid = 0;      // of the same, to see its CPU and memory
};

}  // namespace river::bench
