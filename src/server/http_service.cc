#include "server/http_service.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/answers.h"
#include "auth/token_signer.h"
#include "base/random.h"
#include "http/authority.h"
#include "http/characters.h"
#include "http/cors.h"
#include "net/address.h"
#include "protocol/json_writer.h"
#include "server/metrics_page.h"
#include "server/page_files.h"
#include "server/server.h"
#include "server/version.h"
#include "server/worker.h"

namespace river::server {
namespace {

using Key = api::Api::Key;
using protocol::ErrorCode;
using protocol::JsonWriter;

constexpr seconds playground_token_age{600};
constexpr std::string_view users_path = "/v1/users/";  // below it tokens are revoked

http::Response text_response(int status, std::string_view text) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
  return response;
}

http::Response page_response(const PageFile& file) {
  http::Response response;
  response.content_type = file.content_type;
  response.body = file.bytes;
  response.headers = {
      // Scripts and styles are files of our own; WebSockets of our own host, which not every
      // browser counts as 'self'.
      {"Content-Security-Policy",
       "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'none'; "
       "form-action 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cache-Control", "no-cache"}};
  return response;
}

http::Response json_no_store(std::string body) {
  http::Response response = api::json_response(std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// Is the page asked for under a name of this machine? A foreign name that was made to point to
// 127.0.0.1 (DNS rebinding) is none.
bool is_local_host(const http::Request& request) {
  const auto authority = http::parse_authority(request.header("host").value_or(""));
  if (!authority.has_value()) return false;
  if (http::equal_ignoring_case(authority->host, "localhost")) return true;
  const auto address = net::Address::parse_url_host(authority->host);
  return address.has_value() && address->is_loopback();
}

// Did a proxy bring it? Then it may come from anywhere, also if the proxy runs on this machine and
// asks under a name of it: most say so in a header, and older nginx speaks HTTP/1.0 unless told.
bool came_by_proxy(const http::Request& request) {
  constexpr std::array<std::string_view, 6> names{
      "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"};
  constexpr std::string_view prefix = "x-forwarded-";
  const auto is_of_a_proxy = [&](const http::Header& header) {
    const auto equals = [&](std::string_view name) {
      return http::equal_ignoring_case(header.name, name);
    };
    return http::equal_ignoring_case(header.name.substr(0, prefix.size()), prefix) ||
           std::ranges::any_of(names, equals);
  };
  return request.minor_version == 0 || std::ranges::any_of(request.headers, is_of_a_proxy);
}

std::uint64_t sum(const Server& server, Counter Metrics::* counter) {
  std::uint64_t total = 0;
  for (const auto& worker : server.workers()) total += (worker->metrics().*counter).value();
  return total;
}

}  // namespace

void HttpService::handle(const http::Request& request, http::Responder respond) {
  if (request.method == "OPTIONS" && request.path == "/v1/events") {
    return respond(http::preflight_response(request, server_.node().transport.origins));
  }
  // Its GET begins a stream and does not come here, and a HEAD of a stream says nothing.
  if (request.path == "/v1/events") return respond(api::method_not_allowed("GET, OPTIONS"));
  if (auto response = own_answer(request)) return respond(std::move(*response));
  // The last moment of a process: who repeats the request meets the next one.
  if (server_.node().draining.load(std::memory_order_relaxed) && !broker_.ready()) {
    return respond(http::draining_response());
  }
  if (request.method == "POST" && request.path.starts_with(users_path)) {
    respond = once_written(std::move(respond));
  }
  if (api_.handle(request, respond, loop_->now(), unix_now())) return;
  respond(api::error_response(ErrorCode::not_found));
}

http::Responder HttpService::once_written(http::Responder respond) {
  return [this, respond = std::move(respond)](http::Response response) mutable {
    struct Held {
      http::Responder respond;
      http::Response response;
    };
    auto held = std::make_shared<Held>(std::move(respond), std::move(response));
    RevocationWriter::Task answer = [held, loop = loop_] {
      loop->post([held] { held->respond(std::move(held->response)); });
    };
    if (!server_.revocations().when_written(answer)) held->respond(std::move(held->response));
  };
}

std::optional<http::Response> HttpService::own_answer(const http::Request& request) {
  using Answer = http::Response (*)(HttpService&, const http::Request&);
  static constexpr std::array<std::pair<std::string_view, Answer>, 5> answers{{
      {"/healthz", [](auto& self, const auto& /*request*/) { return self.health(); }},
      {"/readyz", [](auto& self, const auto& /*request*/) { return self.readiness(); }},
      {"/metrics", [](auto& self, const auto& asked) { return self.metrics_page(asked); }},
      {"/v1/info", [](auto& self, const auto& asked) { return self.info(asked); }},
      {"/v1/playground", [](auto& self, const auto& asked) { return self.playground(asked); }},
  }};
  const auto* const found =
      std::ranges::find(answers, request.path, &std::pair<std::string_view, Answer>::first);
  const PageFile* const file = find_page_file(request.path);
  if (found == answers.end() && file == nullptr) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    return api::method_not_allowed("GET, HEAD");
  }
  return file != nullptr ? page_response(*file) : found->second(*this, request);
}

http::Response HttpService::health() const {
  return text_response(200, "ok\n");
}

http::Response HttpService::readiness() const {
  if (server_.node().draining.load(std::memory_order_relaxed)) {
    return text_response(503, "draining\n");
  }
  if (!broker_.ready()) return text_response(503, "the broker can't be reached\n");
  return text_response(200, "ready\n");
}

// From this machine, as far as can be told.
bool HttpService::is_from_here(const http::Request& request) const {
  const Node& node = server_.node();
  return node.loopback_only && node.transport.trusted_proxies.empty() && !came_by_proxy(request);
}

http::Response HttpService::metrics_page(const http::Request& request) {
  const bool open = is_from_here(request) || server_.node().config.metrics.open;
  if (!open) {
    auto refusal = api_.refusal_without_key(
        request,
        "beyond this machine, /metrics needs an API key (Authorization: Bearer <key>), or the "
        "setting metrics.open");
    if (refusal.has_value()) return std::move(*refusal);
  }
  std::vector<const Metrics*> workers;
  for (const auto& worker : server_.workers()) workers.push_back(&worker->metrics());
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = render_metrics(workers, steady_now() - server_.node().started_at);
  return response;
}

http::Response HttpService::info(const http::Request& request) {
  const Node& node = server_.node();
  std::string body;
  JsonWriter json(body);
  json.text("version", version);
  json.text("node", node.id);
  json.number("protocol", 1);
  const bool open = is_from_here(request) || node.config.playground || node.config.metrics.open;
  // Most who ask have none, and need none.
  const bool has_header =
      request.header("authorization").has_value() || request.header("x-api-key").has_value();
  const Key shown = !open && has_header ? api_.key_shown(request) : Key::none;
  if (open || shown == Key::valid) {
    const auto up = std::chrono::duration_cast<seconds>(steady_now() - node.started_at);
    json.number("uptime_seconds", static_cast<std::uint64_t>(up.count()));
    json.number("workers", node.worker_count);
    json.text("send_batch", loop_->send_batch_name());
    json.number("connections", sum(server_, &Metrics::clients_open));
    json.number("subscriptions", sum(server_, &Metrics::subscriptions_open));
    json.number("channels", sum(server_, &Metrics::channels_stored));
    json.number("publications", sum(server_, &Metrics::publications));
    json.number("deliveries", sum(server_, &Metrics::deliveries));
  }
  std::string limits;
  JsonWriter fields(limits);
  fields.number("message_bytes", node.transport.message_bytes_max);
  fields.number("data_bytes", node.api.data_bytes_max);
  fields.number("subscriptions", node.sessions.subscriptions_max);
  fields.number("body_bytes", node.transport.request.body_bytes_max);
  fields.number("history_events", node.config.history.events_max);
  fields.end();
  json.raw("limits", limits);
  json.end();
  http::Response response = json_no_store(std::move(body));
  response.wrong_key = shown == Key::wrong;
  return response;
}

http::Response HttpService::playground(const http::Request& request) const {
  const Node& node = server_.node();
  const bool is_here = is_from_here(request) && is_local_host(request);
  if (!(is_here || node.config.playground) || node.secrets.jwt_secrets.empty()) {
    return api::error_response(ErrorCode::not_found,
                               "the playground is off: River gives its page a token only while it "
                               "listens on loopback alone without a proxy, or with --playground");
  }
  using auth::Action;
  auth::TokenRequest token;
  token.user = "playground-" + random_hex(4);
  token.issued = unix_now();
  token.expires = *token.issued + playground_token_age.count();
  token.info = R"({"name":"Playground"})";
  token.issuer = node.config.auth.issuer;
  token.audience = node.config.auth.audience;
  // On this machine alone the page shows everything; to anybody else, public channels.
  if (is_here) {
    token.grants = {{"*", static_cast<auth::Actions>(auth::bit_of(Action::subscribe) |
                                                     auth::bit_of(Action::history) |
                                                     auth::bit_of(Action::presence))}};
  }
  std::string body;
  JsonWriter json(body);
  json.text("token", auth::sign_token(token, node.secrets.jwt_secrets.front()));
  json.number("expires_in", static_cast<std::uint64_t>(playground_token_age.count()));
  json.end();
  return json_no_store(std::move(body));
}

}  // namespace river::server
