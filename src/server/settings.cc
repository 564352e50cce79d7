#include "server/settings.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "session/token_bucket.h"

namespace river::server {
namespace {

template <typename T>
constexpr bool is_list = false;
template <typename T>
constexpr bool is_list<std::vector<T>> = true;
template <>
constexpr bool is_list<http::OriginList> = true;
template <>
constexpr bool is_list<transport::TrustedProxies> = true;

// `access` is a lambda that returns the member, so that its type says how the value is written.
template <typename Record, auto access>
constexpr Field<Record> field(std::string_view key, std::string_view help, Range range = {}) {
  using Value = std::remove_cvref_t<decltype(access(std::declval<Record&>()))>;
  return {
      .key = key,
      .help = help,
      .range = range,
      .is_switch = std::is_same_v<Value, bool>,
      .is_list = is_list<Value>,
      .read = [](Record& record, const RawValue& raw,
                 Range within) { return read_value(raw, within, access(record)); },
      .show = [](const Record& record) { return show_value(access(record)); },
  };
}

template <typename Record>
constexpr Field<Record> secret(Field<Record> field) {
  field.secret = true;
  return field;
}

// The key of a setting is the name of its member.
#define RIVER_SETTING(member, ...) \
  field<Config, [](auto& config) -> auto& { return config.member; }>(#member, __VA_ARGS__)
#define RIVER_FIELD(Record, key, member, ...) \
  field<Record, [](auto& record) -> auto& { return record.member; }>(key, __VA_ARGS__)

constexpr std::int64_t mib = limits::mib;
constexpr Range timeout = {10, 3'600'000};        // 10 ms to 1 h: a wait that must end
constexpr Range message_size = {1024, 64 * mib};  // the largest that a loop should hold at once
// 1 s to 100 years: added to a time, more could overflow.
constexpr Range age = {1000, 3'153'600'000'000};
constexpr Range at_least_one = {1};
constexpr Range rate = {0, 1'000'000'000};
constexpr Range burst = {1, session::TokenBucket::burst_max};

constexpr std::array table = {
    RIVER_SETTING(listen,
                  "Addresses to listen on. 0.0.0.0:8080 is every IPv4 address, [::]:8080 every "
                  "IPv6 address; give both for both"),
    RIVER_SETTING(data_dir,
                  "Directory for the secrets and for what survives a restart; $STATE_DIRECTORY, "
                  "where systemd sets it, is the default then"),
    RIVER_SETTING(workers, "Event loops, each on its thread; 0 is one a core", Range{0, 1024}),
    RIVER_SETTING(send_batch,
                  "How events reach the kernel: auto, io_uring (fails where there is none) or "
                  "sendmsg"),
    RIVER_SETTING(origins,
                  "Origins of pages that may connect and call, such as https://example.com; * is "
                  "any, as a token is needed anyway"),
    RIVER_SETTING(trusted_proxies,
                  "Addresses of reverse proxies in front of River, such as 10.0.0.5, 10.0.0.0/8 or "
                  "2001:db8::/32. X-Forwarded-For says which client is behind them; nobody else's "
                  "is read"),
    RIVER_SETTING(playground,
                  "Give the page at / a short-lived token also when River listens beyond this "
                  "machine: anyone who opens it can then subscribe to public channels"),
    RIVER_SETTING(deflate, "Offer compression (permessage-deflate) to WebSocket clients"),
    RIVER_SETTING(deflate_bytes_min, "Smaller messages are sent uncompressed"),

    RIVER_SETTING(log.level, "debug, info, warning, error or off"),
    RIVER_SETTING(log.format, "text, json, or auto: text on a terminal, JSON otherwise"),

    RIVER_SETTING(tls.cert, "File with the certificate chain (PEM); with tls.key, turns TLS on"),
    RIVER_SETTING(tls.key, "File with the private key (PEM). SIGHUP loads both files again"),

    secret(RIVER_SETTING(auth.api_keys,
                         "Keys that backends publish with. None: the file api_key in the data "
                         "directory, made at the first start")),
    secret(RIVER_SETTING(auth.jwt_secrets,
                         "Secrets of HS256 tokens. None, and no [[auth.keys]]: the file "
                         "jwt_secret in the data directory, made at the first start")),
    RIVER_SETTING(auth.timeout, "A client must show a valid token within this time", timeout),
    RIVER_SETTING(auth.audience, "If set, tokens must name it as `aud`"),
    RIVER_SETTING(auth.issuer, "If set, tokens must name it as `iss`"),
    RIVER_SETTING(auth.leeway, "How far clocks may differ when `exp` and `nbf` are judged",
                  Range{0, 600'000}),
    RIVER_SETTING(auth.revocation_age,
                  "How long a revoked user is remembered; make it as long as your longest token "
                  "lives",
                  age),

    RIVER_SETTING(limits.connections_max,
                  "Most clients of this node at once, WebSockets and streams; 0 is as many as the "
                  "open file limit allows"),
    RIVER_SETTING(
        limits.connections_per_address_max,
        "Most connections from one address; 0 is any number. Loopback is exempt. Behind a proxy "
        "set trusted_proxies"),
    RIVER_SETTING(limits.connections_per_user_max,
                  "Most connections of one user (`sub` of the token); 0 is any number. Anonymous "
                  "clients do not count"),
    RIVER_SETTING(limits.connection_rate_per_address,
                  "New connections a second from one address, in the long run; 0 is any number. "
                  "Loopback is exempt",
                  rate),
    RIVER_SETTING(limits.connection_burst_per_address,
                  "New connections from one address at once, before the rate holds", burst),
    RIVER_SETTING(
        limits.message_bytes_max,
        "Largest message of a client; keep it 4KiB above limits.data_bytes_max, for the names "
        "around the data",
        message_size),
    RIVER_SETTING(limits.data_bytes_max, "Largest `data` of an event", Range{1, 64 * mib}),
    RIVER_SETTING(limits.subscriptions_max, "Most subscriptions of one connection", at_least_one),
    RIVER_SETTING(limits.messages_per_second,
                  "Messages a second of one client, in the long run; 0 is any number", rate),
    RIVER_SETTING(limits.messages_burst,
                  "Messages of one client at once, before the rate holds; keep it above "
                  "limits.subscriptions_max, as a client that returns sends them all",
                  burst),
    RIVER_SETTING(
        limits.outbox_bytes_max,
        "Most bytes that may wait for one client; over it the client is closed with 4430 and "
        "resumes",
        Range{1024, 1024 * mib}),
    RIVER_SETTING(limits.outbox_age_max,
                  "How long the oldest byte may wait for one client; over it as above", timeout),
    RIVER_SETTING(limits.members_listed_max, "Most members listed in one answer",
                  Range{1, 1'000'000}),
    RIVER_SETTING(limits.publish_body_bytes_max, "Largest body of an HTTP request", message_size),
    RIVER_SETTING(limits.publish_rate,
                  "Publications a second over HTTP on this node, an even share of them on each "
                  "worker; an event counts once in each channel; 0 is any number",
                  rate),
    RIVER_SETTING(limits.channels_max, "Most channels of this node, occupied or with history",
                  at_least_one),

    RIVER_SETTING(ping.interval, "A client is asked for a sign of life after this time of silence",
                  timeout),
    RIVER_SETTING(ping.timeout, "A client that has not answered by then is closed with 4408",
                  timeout),

    RIVER_SETTING(http.head_timeout,
                  "From the connection to the end of the request head, TLS handshake included",
                  timeout),
    RIVER_SETTING(http.body_timeout, "From the request head to the end of its body", timeout),
    RIVER_SETTING(http.idle_timeout, "How long a connection may stay without a request", timeout),

    RIVER_SETTING(history.events_max, "Events kept a channel; 0 keeps none", Range{0, 1'000'000}),
    RIVER_SETTING(history.age_max, "How long an event is kept", age),
    RIVER_SETTING(
        history.bytes_max,
        "Most bytes of history of this node; over it, the channels unused for longest lose theirs"),
    RIVER_SETTING(idempotency.age, "How long a publication's `id` is remembered", age),
    RIVER_SETTING(presence.window,
                  "Joins and leaves within this time are told together; 0 tells each at once",
                  Range{0, 60'000}),

    RIVER_SETTING(metrics.open,
                  "Serve /metrics without an API key also when listening beyond this machine"),
    RIVER_SETTING(shutdown.timeout, "How long a stopping server waits for its connections",
                  timeout),
    RIVER_SETTING(shutdown.spread_max,
                  "A stopping server tells its clients to return after random delays up to this",
                  Range{0, 3'600'000}),
    RIVER_SETTING(
        shutdown.drain_min,
        "How long a server that gets SIGTERM answers at least, /readyz with 503: until load "
        "balancers have noticed. SIGINT does not wait",
        Range{0, 3'600'000}),
};

constexpr std::array channel_table = {
    RIVER_FIELD(ChannelPattern, "pattern", pattern,
                "Which channels; * matches any run of characters. The first pattern that matches "
                "wins"),
    RIVER_FIELD(ChannelPattern, "private", needs_grant,
                "Subscribers need a grant in their token. Otherwise by prefix: private-, "
                "presence-"),
    RIVER_FIELD(ChannelPattern, "presence", presence,
                "Members are known. Otherwise by prefix: presence-"),
    RIVER_FIELD(ChannelPattern, "cache", cache,
                "New subscribers get the last event first. Otherwise by prefix: cache-, "
                "private-cache-, presence-cache-"),
    RIVER_FIELD(ChannelPattern, "history_events_max", history_events_max, "As history.events_max",
                Range{0, 1'000'000}),
    RIVER_FIELD(ChannelPattern, "history_age_max", history_age_max, "As history.age_max", age),
    RIVER_FIELD(ChannelPattern, "client_publish", client_publish,
                "Every authenticated client may publish, without a grant"),
    RIVER_FIELD(ChannelPattern, "client_history", client_history,
                "Every subscriber may read the history, without a grant"),
};

constexpr std::array auth_key_table = {
    RIVER_FIELD(AuthKey, "kid", kid,
                "Tokens that name this `kid` are checked with this key alone; none: it is tried "
                "for the others"),
    secret(RIVER_FIELD(AuthKey, "secret", secret, "Secret of HS256 tokens, at least 32 bytes")),
    RIVER_FIELD(
        AuthKey, "public_key_file", public_key_file,
        "File with a public key (PEM): RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA); its type "
        "decides which algorithm is allowed"),
    RIVER_FIELD(AuthKey, "jwks_file", jwks_file,
                "File with a set of public keys (JWKS), each with its own `kid`"),
};

#undef RIVER_SETTING
#undef RIVER_FIELD

}  // namespace

std::span<const Setting> settings() {
  return table;
}
std::span<const Field<ChannelPattern>> channel_fields() {
  return channel_table;
}
std::span<const Field<AuthKey>> auth_key_fields() {
  return auth_key_table;
}

std::string environment_name(const Setting& setting) {
  if (setting.key == "auth.api_keys") return "RIVER_API_KEY";
  if (setting.key == "auth.jwt_secrets") return "RIVER_JWT_SECRET";
  std::string name = "RIVER_";
  for (const char letter : setting.key) {
    const bool lower = letter >= 'a' && letter <= 'z';
    name.push_back(letter == '.' ? '_' : lower ? static_cast<char>(letter - 'a' + 'A') : letter);
  }
  return name;
}

std::string flag_name(const Setting& setting) {
  if (setting.secret) return "";
  std::string name = "--";
  for (const char letter : setting.key) {
    name.push_back(letter == '.' || letter == '_' ? '-' : letter);
  }
  return name;
}

std::string shown(const Setting& setting, const Config& config) {
  std::string value = setting.show(config);
  if (value.empty()) return "\"\"";
  if (!setting.secret) return value;
  const auto commas = std::ranges::count(value, ',');
  return commas == 0 ? "(1 secret)" : fmt::format("({} secrets)", commas + 1);
}

}  // namespace river::server
