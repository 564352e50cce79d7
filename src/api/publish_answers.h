// PublishAnswers: gathers the results of all publications of one request, and answers when the last
// one is there. Shared by the answers under way; all on one loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "http/request_handler.h"

namespace river::api {

// One message of the request: a result a channel, or why it was not published.
struct MessageAnswer {
  struct Part {
    std::string channel;
    PublishResult result;
  };
  std::vector<Part> parts;
  std::optional<protocol::RequestError> error;
};

class PublishAnswers {
 public:
  using Finish = http::Response (*)(const std::vector<MessageAnswer>& messages);

  PublishAnswers(http::Responder respond, Finish make_response)
      : respond_(std::move(respond)), make_response_(make_response) {}

  MessageAnswer& add() { return messages_.emplace_back(); }
  // Before the first question goes out: some are answered at once.
  void expect(std::size_t answers) { missing_ = answers; }
  void set(std::size_t message, std::size_t part, PublishResult result) {
    messages_[message].parts[part].result = result;
    if (--missing_ == 0) finish();
  }
  // Nothing was asked at all.
  void finish_if_nothing_is_missing() {
    if (missing_ == 0) finish();
  }

 private:
  void finish() { respond_(make_response_(messages_)); }

  http::Responder respond_;
  Finish make_response_;
  std::vector<MessageAnswer> messages_;
  std::size_t missing_ = 0;
};

}  // namespace river::api
