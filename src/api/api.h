// Api: the HTTP API that backends call. One a loop. Every call needs an API key.
//
// Owns: the parser of bodies. Borrows: the broker, the keys. Thread: its loop's.
// Limits: those of protocol::PublishRequestParser and ApiSettings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/publish_rate.h"
#include "api/publish_slices.h"
#include "auth/api_keys.h"
#include "base/channel_rules.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "http/request_handler.h"
#include "protocol/publish_request_parser.h"

namespace river::api {

struct ApiSettings {
  std::size_t data_bytes_max = limits::data_bytes_max;
  std::uint32_t members_listed_max = limits::members_listed_max;
  std::uint32_t publish_rate = 0;  // publications a second on one loop; 0: any
  // Of one page: what waits for a client is bounded, also on a connection that asked for it.
  std::size_t answer_bytes_max = limits::mib / 2;
  // Of one request to publish, without a pause: what may wait for a client.
  std::size_t burst_bytes_max = limits::mib;
};

class Api {
 public:
  Api(broker::Broker& broker, const auth::ApiKeys& keys, const ApiSettings& settings,
      RunLater run_later, Metrics& metrics);

  // False if the path is none of the API's: nothing was done.
  [[nodiscard]] bool handle(const http::Request& request, http::Responder& respond, TimePoint now,
                            UnixSeconds unix_time);

  // Whether a body will be read: without a valid key it only takes memory.
  [[nodiscard]] bool wants_body(const http::Request& request) const;

  // Counts it if it is not valid.
  enum class Key : std::uint8_t { none, wrong, valid };
  [[nodiscard]] Key key_shown(const http::Request& request);
  // Nothing if the request shows a valid key; otherwise the answer, which says what needs one.
  [[nodiscard]] std::optional<http::Response> refusal_without_key(const http::Request& request,
                                                                  std::string_view message);

 private:
  void publish_short(const http::Request& request, http::Responder respond);
  void publish(const http::Request& request, http::Responder respond);
  void publish_batch(const http::Request& request, http::Responder respond);
  void publish_to_user(std::string user, const http::Request& request, http::Responder respond);
  void disconnect_user(std::string user, const http::Request& request, http::Responder respond,
                       UnixSeconds unix_time);
  void list_channels(const http::Request& request, http::Responder respond);
  void show_channel(std::string channel, http::Responder respond);
  void show_history(std::string channel, const http::Request& request, http::Responder respond);
  void show_members(std::string channel, const http::Request& request, http::Responder respond);

  void post(Call call, const std::vector<std::string>& path, const http::Request& request,
            http::Responder respond, TimePoint now, UnixSeconds unix_time);
  void get(Call call, std::vector<std::string> path, const http::Request& request,
           http::Responder respond);

  broker::Broker& broker_;
  const auth::ApiKeys& keys_;
  const ApiSettings& settings_;
  const RunLater run_later_;
  Metrics& metrics_;
  protocol::PublishRequestParser parser_;
  PublishRate rate_;
};

}  // namespace river::api
