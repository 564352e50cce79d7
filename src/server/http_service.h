// HttpService: all of one loop's HTTP that is not the API: health, metrics, information, the page.
// What it does not know goes to the API.
#pragma once

#include <optional>

#include "api/api.h"
#include "base/metrics.h"
#include "http/request_handler.h"
#include "net/loop.h"

namespace river::server {

class Server;

class HttpService final : public http::RequestHandler {
 public:
  HttpService(Server& server, api::Api& api, const broker::Broker& broker, Metrics& metrics)
      : server_(server), api_(api), broker_(broker), metrics_(metrics) {}
  void set_loop(net::Loop& loop) { loop_ = &loop; }

  [[nodiscard]] bool wants_body(const http::Request& request) override {
    return api_.wants_body(request);
  }
  void handle(const http::Request& request, http::Responder respond) override;

 private:
  // Nothing for the paths of the API.
  [[nodiscard]] std::optional<http::Response> own_answer(const http::Request& request);
  // Answers when the revocations up to the answer are on disk.
  [[nodiscard]] http::Responder once_written(http::Responder respond);
  [[nodiscard]] http::Response health() const;
  [[nodiscard]] http::Response readiness() const;
  [[nodiscard]] http::Response metrics_page(const http::Request& request);
  [[nodiscard]] http::Response info(const http::Request& request);
  [[nodiscard]] http::Response playground(const http::Request& request) const;
  [[nodiscard]] bool is_from_here(const http::Request& request) const;

  Server& server_;
  api::Api& api_;
  const broker::Broker& broker_;
  Metrics& metrics_;
  net::Loop* loop_ = nullptr;
};

}  // namespace river::server
