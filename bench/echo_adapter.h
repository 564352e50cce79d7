// EchoAdapter: a WebSocket server that sends to all of its clients what one of them sends, as the
// first example of most WebSocket libraries does. The events are numbered by the publisher:
//
//   {"data":"xxxxxxxx","number":42}
#pragma once

#include <string>

#include "adapter.h"

namespace river::bench {

class EchoAdapter final : public Adapter {
 public:
  EchoAdapter(std::string_view path, bool deflate) : path_(path), deflate_(deflate) {}

  [[nodiscard]] std::vector<Step> way_in(const Identity& identity,
                                         std::span<const Wish> wishes) const override;
  [[nodiscard]] Message read(std::string_view payload) const override;
  [[nodiscard]] std::string pong() const override { return {}; }
  [[nodiscard]] std::vector<Step> publisher_way_in() const override;
  [[nodiscard]] std::string publication(std::string_view channel, std::string_view data,
                                        std::uint64_t number) const override;
  [[nodiscard]] std::string data_for(std::string_view channel, std::size_t wire_bytes,
                                     bool compressible) const override;
  [[nodiscard]] bool publications_are_requests() const override { return false; }

 private:
  std::string path_;
  bool deflate_;
};

}  // namespace river::bench
