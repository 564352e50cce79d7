// Config: every setting of `river serve`, as the program uses it. Plain values, defaults included;
// how each is named, read and explained stands in settings.cc, where each value here has its row.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/channel_rules.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/origin.h"
#include "net/address.h"
#include "net/send_batch.h"
#include "transport/trusted_proxies.h"

namespace river::server {

struct ListenAddress {
  std::string host = "127.0.0.1";  // without the brackets of IPv6
  std::uint16_t port = 8080;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// `[::1]:8080`, `127.0.0.1:8080`
[[nodiscard]] std::string to_string(const ListenAddress& address);
// Whether only this machine can connect.
[[nodiscard]] bool is_loopback(const ListenAddress& address);
// Where to bind. Names are not looked up, but for localhost.
[[nodiscard]] std::expected<net::Address, std::string> address_of(const ListenAddress& address);

// One `[[auth.keys]]`: exactly one of `secret`, `public_key_file` and `jwks_file` is set.
struct AuthKey {
  std::string kid;              // empty: tried for tokens without one
  std::string secret;           // HS256
  std::string public_key_file;  // RS256, ES256 or EdDSA, by its type
  std::string jwks_file;
};

struct Config {
  std::vector<ListenAddress> listen = {ListenAddress{}};
  std::string data_dir = ".river";
  std::uint32_t workers = 0;  // 0: one a core
  net::SendBatchKind send_batch = net::SendBatchKind::automatic;
  http::OriginList origins;
  transport::TrustedProxies trusted_proxies;
  bool playground = false;
  bool deflate = true;
  std::size_t deflate_bytes_min = limits::deflate_bytes_min;

  struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::automatic;
  } log;

  struct Tls {
    std::string cert;
    std::string key;
  } tls;

  struct Auth {
    std::vector<std::string> api_keys;     // empty: those of the data directory
    std::vector<std::string> jwt_secrets;  // empty, and no `keys`: those of the data directory
    std::vector<AuthKey> keys;
    milliseconds timeout{15'000};
    std::string audience;
    std::string issuer;
    seconds leeway{0};
    seconds revocation_age = std::chrono::days(30);
  } auth;

  struct Limits {
    std::uint32_t connections_max = 0;                 // 0: as many as there are descriptors
    std::uint32_t connections_per_address_max = 1000;  // 0: any number; loopback is exempt
    std::uint32_t connections_per_user_max = 0;        // 0: any number
    std::uint32_t connection_rate_per_address = 100;   // a second; 0: any; loopback is exempt
    std::uint32_t connection_burst_per_address = 1000;
    std::size_t message_bytes_max = limits::message_bytes_max;
    std::size_t data_bytes_max = limits::data_bytes_max;
    std::uint32_t subscriptions_max = limits::subscriptions_max;
    std::uint32_t messages_per_second = 100;
    std::uint32_t messages_burst = 200;
    std::size_t outbox_bytes_max = limits::mib;
    milliseconds outbox_age_max{10'000};
    std::uint32_t members_listed_max = limits::members_listed_max;
    std::size_t publish_body_bytes_max = limits::http_body_bytes_max;
    std::uint32_t publish_rate = 0;  // a second; 0: any
    std::uint32_t channels_max = 1'000'000;
  } limits;

  struct Ping {
    milliseconds interval{25'000};
    milliseconds timeout{10'000};
  } ping;

  struct Http {
    milliseconds head_timeout{10'000};
    milliseconds body_timeout{15'000};
    milliseconds idle_timeout{75'000};
  } http;

  struct History {
    std::uint32_t events_max = 100;
    seconds age_max{300};
    std::size_t bytes_max = 256 * limits::mib;
  } history;

  struct Idempotency {
    seconds age{300};
  } idempotency;

  struct Presence {
    milliseconds window{100};
  } presence;

  struct Metrics {
    bool open = false;
  } metrics;

  struct Shutdown {
    milliseconds timeout{10'000};
    milliseconds spread_max{30'000};
    milliseconds drain_min{0};
  } shutdown;

  std::vector<ChannelPattern> channels;
};

[[nodiscard]] ChannelRules channel_rules(const Config& config);

// What single settings cannot say: those that contradict each other. One sentence each.
[[nodiscard]] std::vector<std::string> contradictions(const Config& config);
// What is allowed but probably not meant.
[[nodiscard]] std::vector<std::string> config_warnings(const Config& config);

}  // namespace river::server
