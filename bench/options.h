// What river-bench was asked to do.
#pragma once

#include <string>

namespace river::bench {

struct Options {
  std::string river = "build/release/river";
  std::string send_batch = "auto";
  int subscribers = 5000;
  int in_flight = 1;
  int wire_bytes = 150;  // of one event as a WebSocket frame
  int seconds = 4;
  int workers = 1;
  int server_core = 0;
  int client_core = 1;
  int connections = 16;    // publish: keep-alive connections
  int batch = 0;           // publish: messages a request; 0: single ones
  bool pipelined = false;  // connect: auth and subscribe sent with the handshake
  bool same_user = false;
};

}  // namespace river::bench
