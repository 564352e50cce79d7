// RiverAdapter: River's own protocol (docs/protocol.md).
#pragma once

#include <string>

#include "adapter.h"
#include "credentials.h"

namespace river::bench {

class RiverAdapter final : public Adapter {
 public:
  RiverAdapter(std::string_view api_key, std::string_view jwt_secret, bool deflate)
      : credentials_(api_key, jwt_secret), deflate_(deflate) {}

  [[nodiscard]] std::vector<Step> way_in(const Identity& identity,
                                         std::span<const Wish> wishes) const override;
  [[nodiscard]] Message read(std::string_view payload) const override;
  [[nodiscard]] std::string pong() const override;
  [[nodiscard]] std::vector<Step> publisher_way_in() const override { return {}; }
  [[nodiscard]] std::string publication(std::string_view channel, std::string_view data,
                                        std::uint64_t number) const override;
  [[nodiscard]] std::string data_for(std::string_view channel, std::size_t wire_bytes,
                                     bool compressible) const override;
  [[nodiscard]] bool publications_are_requests() const override { return true; }

 private:
  Credentials credentials_;
  bool deflate_;
};

}  // namespace river::bench
