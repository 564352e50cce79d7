// Node: what all workers of this process share: the configuration in the form that each part takes,
// the keys, the limits and what is counted for them, and whether it is leaving. Immutable once
// started, but for what is atomic or locked.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "api/api.h"
#include "auth/api_keys.h"
#include "auth/token_verifier.h"
#include "base/channel_rules.h"
#include "base/clock.h"
#include "broker/memory/home.h"
#include "net/connection.h"
#include "net/tls_context.h"
#include "server/address_guard.h"
#include "server/config.h"
#include "server/secrets.h"
#include "session/quota.h"
#include "session/session_context.h"
#include "transport/transport_context.h"

namespace river::server {

struct Node {
  Node(const Config& configuration, const Secrets& all_secrets, auth::ApiKeys keys,
       auth::TokenVerifier token_verifier, std::size_t workers);
  [[nodiscard]] static std::expected<std::unique_ptr<Node>, std::string> make(
      const Config& config, const Secrets& secrets);

  const Config& config;
  const Secrets& secrets;
  const std::string id;  // random, new at every start
  const TimePoint started_at;
  const std::size_t worker_count;
  const bool loopback_only;  // every address listened on is this machine's own

  const ChannelRules rules;
  const auth::ApiKeys api_keys;
  const auth::TokenVerifier verifier;
  broker::HomeSettings home;
  session::SessionSettings sessions;
  transport::TransportSettings transport;
  api::ApiSettings api;
  net::OutboxLimits outbox;

  std::unique_ptr<net::TlsContext> tls;  // null: clear text
  session::Quota connections_per_user;
  transport::ClientPlaces client_places;
  AddressGuard addresses;
  std::atomic<bool> draining{false};
};

}  // namespace river::server
