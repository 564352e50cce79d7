// Arena: what a scenario measures in: a server, a crowd of clients that has not come yet, and a
// publisher.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter.h"
#include "client_tls.h"
#include "crowd.h"
#include "options.h"
#include "publisher.h"
#include "server_process.h"

namespace river::bench {

class Arena {
 public:
  // Starts the server, with further `settings`, and pins this process.
  explicit Arena(const Options& options, const std::vector<std::string>& settings = {});

  // Adds `count` clients, each of them in `channel`, and waits until they are in.
  void fill(int count, const std::string& channel);

  // For publications of so many bytes to `channel`, as the options say.
  [[nodiscard]] std::string data_for(std::string_view channel, int wire_bytes) const;
  [[nodiscard]] std::string data_for(std::string_view channel) const {
    return data_for(channel, options_.wire_bytes);
  }

  // What else was wrong, beside the events: that nothing was compressed, though it was to be.
  [[nodiscard]] std::string problem();

 private:
  const Options& options_;
  int users_ = 0;

 public:
  ServerProcess server;
  std::unique_ptr<Adapter> adapter;
  std::optional<ClientTls> tls;
  Crowd crowd;
  Publisher publisher;
};

}  // namespace river::bench
