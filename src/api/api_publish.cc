// The part of Api that publishes, and that speaks to users.
#include <utility>

#include "api/answers.h"
#include "api/api.h"
#include "api/publish_answers.h"
#include "api/publish_slices.h"

namespace river::api {
namespace {

broker::PublishRequest to_broker(std::string_view channel, const broker::EventBytes& content,
                                 const protocol::PublishRequest& request) {
  broker::PublishRequest result;
  result.channel = channel;
  result.content = content;
  result.id = request.id;
  result.exclude = request.exclude;
  result.received_at = steady_nanoseconds();
  return result;
}

void append_parts(std::string& out, const MessageAnswer& message) {
  out += R"({"results":[)";
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    if (i > 0) out += ',';
    append_result(out, message.parts[i].channel, message.parts[i].result);
  }
  out += "]}";
}

// Of one message: an error only if nothing of it was published.
http::Response publish_response(const std::vector<MessageAnswer>& messages) {
  const MessageAnswer& message = messages.front();
  if (message.parts.size() == 1 && !message.parts.front().result.has_value()) {
    return error_response(message.parts.front().result.error());
  }
  std::string body;
  append_parts(body, message);
  return json_response(std::move(body));
}

http::Response batch_response(const std::vector<MessageAnswer>& messages) {
  std::string body = R"({"results":[)";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i > 0) body += ',';
    const MessageAnswer& message = messages[i];
    if (message.error.has_value()) {
      append_error(body, *message.error);
    } else if (message.parts.size() == 1) {
      append_result(body, message.parts.front().channel, message.parts.front().result);
    } else {
      append_parts(body, message);
    }
  }
  body += "]}";
  return json_response(std::move(body));
}

// All is read from the request before anything is asked: the parser's views do not outlive the
// call.
void add_message(PublishAnswers& answers, std::size_t index, PublishSlices& outgoing,
                 const protocol::BatchMessage& message) {
  MessageAnswer& answer = answers.add();
  if (!message.has_value()) {
    answer.error = message.error();
    return;
  }
  const broker::EventBytes content(message->event, message->data);
  for (const std::string_view channel : message->channels) {
    outgoing.add(index, answer.parts.size(), to_broker(channel, content, *message));
    answer.parts.push_back({std::string(channel), {}});
  }
}

}  // namespace

void Api::publish_short(const http::Request& request, http::Responder respond) {
  const auto parsed = parser_.parse_short(request.body);
  if (!parsed.has_value()) return respond(error_response(parsed.error()));
  rate_.count(1);
  const broker::EventBytes content(parsed->event, parsed->data);
  broker_.publish(to_broker(parsed->channels.front(), content, *parsed),
                  [respond = std::move(respond)](PublishResult result) mutable {
                    respond(result.has_value() ? no_content() : error_response(result.error()));
                  });
}

void Api::publish(const http::Request& request, http::Responder respond) {
  const auto parsed = parser_.parse_publish(request.body);
  if (!parsed.has_value()) return respond(error_response(parsed.error()));
  rate_.count(parsed->channels.size());
  if (parsed->channels.size() == 1) {
    // By far the most common: nothing to gather.
    const std::string_view channel = parsed->channels.front();
    const broker::EventBytes content(parsed->event, parsed->data);
    broker_.publish(to_broker(channel, content, *parsed),
                    [channel = std::string(channel),
                     respond = std::move(respond)](PublishResult result) mutable {
                      if (!result.has_value()) return respond(error_response(result.error()));
                      std::string body = R"({"results":[)";
                      append_result(body, channel, result);
                      body += "]}";
                      respond(json_response(std::move(body)));
                    });
    return;
  }
  auto answers = std::make_shared<PublishAnswers>(std::move(respond), publish_response);
  PublishSlices outgoing(answers, settings_.burst_bytes_max);
  add_message(*answers, 0, outgoing, *parsed);
  PublishSlices::send(std::move(outgoing), broker_, run_later_);
}

void Api::publish_batch(const http::Request& request, http::Responder respond) {
  const auto parsed = parser_.parse_batch(request.body);
  if (!parsed.has_value()) return respond(error_response(parsed.error()));
  auto answers = std::make_shared<PublishAnswers>(std::move(respond), batch_response);
  PublishSlices outgoing(answers, settings_.burst_bytes_max);
  for (std::size_t i = 0; i < parsed->size(); ++i) {
    add_message(*answers, i, outgoing, (*parsed)[i]);
  }
  rate_.count(outgoing.size());
  PublishSlices::send(std::move(outgoing), broker_, run_later_);
}

void Api::publish_to_user(std::string user, const http::Request& request, http::Responder respond) {
  const auto parsed = parser_.parse_user_publish(request.body);
  if (!parsed.has_value()) return respond(error_response(parsed.error()));
  rate_.count(1);
  broker::UserCommand command;
  command.kind = broker::UserCommand::Kind::publish;
  command.user = std::move(user);
  command.content = broker::EventBytes(parsed->event, parsed->data);
  broker_.tell_user(std::move(command), [respond = std::move(respond)](auto result) mutable {
    respond(result.has_value() ? no_content() : error_response(result.error()));
  });
}

void Api::disconnect_user(std::string user, const http::Request& request, http::Responder respond,
                          UnixSeconds unix_time) {
  const auto parsed = parser_.parse_user_disconnect(request.body);
  if (!parsed.has_value()) return respond(error_response(parsed.error()));
  broker::UserCommand command;
  command.kind =
      parsed->revoke ? broker::UserCommand::Kind::revoke : broker::UserCommand::Kind::disconnect;
  command.user = std::move(user);
  command.at = unix_time;
  broker_.tell_user(std::move(command), [respond = std::move(respond)](auto result) mutable {
    respond(result.has_value() ? no_content() : error_response(result.error()));
  });
}

}  // namespace river::api
