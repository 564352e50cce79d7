#include "server/config.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/pattern.h"

namespace river::server {
namespace {

// What an event of the largest size needs around its data, with names of the largest size.
constexpr std::size_t event_overhead_bytes = 1 * limits::kib;

void check_secrets(const Config::Auth& auth, std::vector<std::string>& found) {
  for (std::size_t i = 0; i < auth.jwt_secrets.size(); ++i) {
    if (auth.jwt_secrets[i].size() >= limits::token_secret_bytes_min) continue;
    found.push_back(fmt::format(
        "auth.jwt_secrets: secret {} has {} bytes and needs {}; `openssl rand -hex 32` makes a "
        "good one",
        i + 1, auth.jwt_secrets[i].size(), limits::token_secret_bytes_min));
  }
}

}  // namespace

std::string to_string(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", address.host, v6 ? "]" : "", address.port);
}

bool is_loopback(const ListenAddress& address) {
  return address.host.starts_with("127.") || address.host == "::1" || address.host == "localhost";
}

std::expected<net::Address, std::string> address_of(const ListenAddress& address) {
  const bool by_name = address.host == "localhost";
  return net::Address::parse(
      to_string(ListenAddress{by_name ? "127.0.0.1" : address.host, address.port}));
}

ChannelRules channel_rules(const Config& config) {
  ChannelRule defaults;
  defaults.history_events_max = config.history.events_max;
  defaults.history_age_max = config.history.age_max;
  return {defaults, config.channels};
}

std::vector<std::string> contradictions(const Config& config) {
  std::vector<std::string> found;
  if (config.tls.cert.empty() != config.tls.key.empty()) {
    found.push_back(fmt::format("tls.{} is set but tls.{} is not: TLS needs both",
                                config.tls.cert.empty() ? "key" : "cert",
                                config.tls.cert.empty() ? "cert" : "key"));
  }
  if (config.limits.publish_body_bytes_max < config.limits.data_bytes_max) {
    found.emplace_back(
        "limits.publish_body_bytes_max is below limits.data_bytes_max: data of the allowed size "
        "could not be published");
  }
  if (config.limits.outbox_bytes_max < config.limits.data_bytes_max + event_overhead_bytes) {
    found.push_back(
        fmt::format("limits.outbox_bytes_max must exceed limits.data_bytes_max by {} bytes: an "
                    "event of the allowed size could not be delivered",
                    event_overhead_bytes));
  }
  if (config.shutdown.drain_min > config.shutdown.timeout) {
    found.emplace_back(
        "shutdown.drain_min is longer than shutdown.timeout, after which River ends in any case");
  }
  check_secrets(config.auth, found);
  return found;
}

std::vector<std::string> config_warnings(const Config& config) {
  std::vector<std::string> found;
  if (config.tls.cert.empty() && !std::ranges::all_of(config.listen, is_loopback)) {
    found.emplace_back(
        "LISTENING BEYOND THIS MACHINE WITHOUT TLS: anyone on the way can read tokens and events; "
        "set tls.cert and tls.key, or keep River behind a proxy that does TLS");
  }
  if (std::ranges::any_of(config.auth.api_keys, [](const std::string& key) {
        return key.size() < limits::api_key_bytes_advised;
      })) {
    found.push_back(fmt::format(
        "an API key has fewer than {} characters and may be guessed; `openssl rand -hex 16` makes "
        "a good one",
        limits::api_key_bytes_advised));
  }
  if (config.limits.message_bytes_max <
      config.limits.data_bytes_max + limits::message_envelope_bytes) {
    found.push_back(fmt::format(
        "limits.message_bytes_max is not {} bytes above limits.data_bytes_max: a client that "
        "publishes much data will be closed with 1009, though the data may be of the allowed size",
        limits::message_envelope_bytes));
  }
  if (config.limits.messages_burst <= config.limits.subscriptions_max) {
    found.emplace_back(
        "limits.messages_burst is not above limits.subscriptions_max: a client that resumes all "
        "its subscriptions at once will be closed with 4429");
  }
  for (std::size_t later = 1; later < config.channels.size(); ++later) {
    for (std::size_t first = 0; first < later; ++first) {
      // A `*` of the later pattern can only be taken by a `*` of the first one.
      if (!pattern_matches(config.channels[first].pattern, config.channels[later].pattern)) {
        continue;
      }
      found.push_back(fmt::format(
          "the rule for channels {} is never used: {} comes before it and matches the same",
          config.channels[later].pattern, config.channels[first].pattern));
      break;
    }
  }
  return found;
}

}  // namespace river::server
