// TransportContext: what all connections of one loop share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "http/origin.h"
#include "http/request_handler.h"
#include "http/request_limits.h"
#include "session/session_context.h"
#include "transport/client_places.h"
#include "transport/trusted_proxies.h"
#include "websocket/deflate.h"

namespace river::transport {

class SseTransport;

// As configured; the same on every loop.
struct TransportSettings {
  http::RequestLimits request;
  http::OriginList origins;
  TrustedProxies trusted_proxies;
  milliseconds head_timeout{10'000};
  milliseconds body_timeout{15'000};
  milliseconds idle_timeout{75'000};
  std::size_t message_bytes_max = limits::message_bytes_max;
  std::uint64_t clients_max = 0;  // on all loops together; 0: no limit
  bool deflate = true;
  std::size_t deflate_bytes_min = limits::deflate_bytes_min;
};

struct TransportContext {
  session::SessionContext& sessions;
  const TransportSettings& settings;
  http::RequestHandler& handler;
  ClientPlaces& places;
  Metrics& metrics;
  // Shows that a client of this address can't be trusted: it gave a wrong token or key.
  std::function<void(std::uint64_t limit_key)> note_bad_token{};
  // Takes a place for a client that came through a proxy, and gives the key that it is counted
  // under; nothing, if its address has all it may.
  std::function<std::optional<std::uint64_t>(const net::Address& client)> admit_address{};
  bool draining = false;       // no new clients
  std::size_t unanswered = 0;  // requests that the handler has
  websocket::Inflater inflater{};
  websocket::Deflater deflater{};
  std::string scratch{};
  std::vector<SseTransport*> streams_told{};  // something in this turn: their ids are due
};

}  // namespace river::transport
