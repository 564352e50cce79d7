// SessionContext: what all sessions of one loop share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "auth/token_verifier.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "hub/hub.h"
#include "protocol/command_parser.h"
#include "session/quota.h"
#include "session/token_bucket.h"

namespace river::session {

// As configured; the same on every loop.
struct SessionSettings {
  seconds auth_timeout{15};
  seconds ping_interval{25};
  seconds ping_timeout{10};
  std::uint32_t subscriptions_max = limits::subscriptions_max;
  std::uint32_t connections_per_user_max = 0;  // 0: no limit
  Rate messages{100, 300};                     // from one client
  std::size_t outbox_bytes_max = limits::mib;
  std::size_t data_bytes_max = limits::data_bytes_max;            // of one event
  std::uint32_t members_listed_max = limits::members_listed_max;  // in one answer
};

struct SessionContext {
  hub::Hub& hub;
  const SessionSettings& settings;
  const auth::TokenVerifier& verifier;
  Quota& connections_per_user;
  Metrics& metrics;
  protocol::CommandParser parser;
  std::string scratch;  // for one message being encoded
  // Tokens are dated by it. Only who shows one needs it, so it does not come with each call.
  std::function<UnixSeconds()> unix_now = river::unix_now;
};

}  // namespace river::session
