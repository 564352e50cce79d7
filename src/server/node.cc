#include "server/node.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "server/token_keys.h"

namespace river::server {
namespace {

std::size_t count_workers(const Config& config) {
  const std::size_t wanted =
      config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
  return std::min(wanted, broker::loops_max);
}

seconds whole_seconds(milliseconds duration) {
  return std::chrono::ceil<seconds>(duration);
}

}  // namespace

Node::Node(const Config& configuration, const Secrets& all_secrets, auth::ApiKeys keys,
           auth::TokenVerifier token_verifier, std::size_t workers)
    : config(configuration),
      secrets(all_secrets),
      id(random_hex(8)),
      started_at(steady_now()),
      worker_count(workers),
      loopback_only(std::ranges::all_of(configuration.listen, is_loopback)),
      rules(channel_rules(configuration)),
      api_keys(std::move(keys)),
      verifier(std::move(token_verifier)),
      addresses({configuration.limits.connections_per_address_max,
                 {configuration.limits.connection_rate_per_address,
                  configuration.limits.connection_burst_per_address}}) {
  const Config::Limits& limits = config.limits;
  home.history_bytes_max = config.history.bytes_max / workers;
  home.channels_max = std::max<std::size_t>(1, limits.channels_max / workers);
  home.members_listed_max = limits.members_listed_max;
  home.idempotency_age = config.idempotency.age;
  home.presence_window = config.presence.window;

  sessions.auth_timeout = whole_seconds(config.auth.timeout);
  sessions.ping_interval = whole_seconds(config.ping.interval);
  sessions.ping_timeout = whole_seconds(config.ping.timeout);
  sessions.subscriptions_max = limits.subscriptions_max;
  sessions.connections_per_user_max = limits.connections_per_user_max;
  sessions.messages = {limits.messages_per_second, limits.messages_burst};
  sessions.outbox_bytes_max = limits.outbox_bytes_max;
  sessions.data_bytes_max = limits.data_bytes_max;
  sessions.members_listed_max = limits.members_listed_max;

  transport.request.body_bytes_max = limits.publish_body_bytes_max;
  transport.origins = config.origins;
  transport.trusted_proxies = config.trusted_proxies;
  transport.head_timeout = config.http.head_timeout;
  transport.body_timeout = config.http.body_timeout;
  transport.idle_timeout = config.http.idle_timeout;
  transport.message_bytes_max = limits.message_bytes_max;
  transport.clients_max = limits.connections_max;
  transport.deflate = config.deflate;
  transport.deflate_bytes_min = config.deflate_bytes_min;

  api.data_bytes_max = limits.data_bytes_max;
  api.members_listed_max = limits.members_listed_max;
  api.publish_rate =
      limits.publish_rate == 0
          ? 0
          : std::max<std::uint32_t>(1, limits.publish_rate / static_cast<std::uint32_t>(workers));

  api.answer_bytes_max = limits.outbox_bytes_max / 2;
  api.burst_bytes_max = limits.outbox_bytes_max;

  outbox.bytes_max = limits.outbox_bytes_max;
  outbox.age_max = limits.outbox_age_max;
}

std::expected<std::unique_ptr<Node>, std::string> Node::make(const Config& config,
                                                             const Secrets& secrets) {
  auto api_keys = auth::ApiKeys::make(secrets.api_keys);
  if (!api_keys.has_value()) return std::unexpected(api_keys.error());
  auto keys = token_keys(config, secrets);
  if (!keys.has_value()) return std::unexpected(keys.error());

  auto node = std::make_unique<Node>(
      config, secrets, std::move(*api_keys),
      auth::TokenVerifier(std::move(*keys), token_verifier_options(config)), count_workers(config));
  if (!config.tls.cert.empty()) {
    auto tls = net::TlsContext::load(config.tls.cert, config.tls.key);
    if (!tls.has_value()) return std::unexpected(tls.error());
    node->tls = std::move(*tls);
  }
  return node;
}

}  // namespace river::server
