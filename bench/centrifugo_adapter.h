// CentrifugoAdapter: Centrifugo's JSON protocol over WebSocket, publications by its HTTP API.
//
//   {"id":1,"connect":{…}}        answers the token, {"id":2,"subscribe":{…}} the subscription
//   {"push":{"channel":"bench","pub":{"data":"xxxxxxxx","offset":42}}}
//   {}                            is a ping and its answer
//
// Several messages that wait for one client share a frame, a line each. Offsets are sent only if
// the channel keeps a history.
#pragma once

#include <string>

#include "adapter.h"
#include "credentials.h"

namespace river::bench {

class CentrifugoAdapter final : public Adapter {
 public:
  CentrifugoAdapter(std::string_view api_key, std::string_view jwt_secret, bool deflate)
      : credentials_(api_key, jwt_secret), deflate_(deflate) {}

  [[nodiscard]] std::vector<Step> way_in(const Identity& identity,
                                         std::span<const Wish> wishes) const override;
  [[nodiscard]] bool may_pipeline() const override { return false; }
  [[nodiscard]] std::string_view take_message(std::string_view& payload) const override;
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
