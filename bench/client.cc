#include "client.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "client_frame.h"
#include "fail.h"

namespace river::bench {

void ClientListener::on_closed(Client& client, int code) {
  fail(fmt::format("the server closed client {}: {}", client.identity().user,
                   code == 1006 ? "without a close frame; has it ended?" : std::to_string(code)));
}

Client::Client(CrowdShared& shared, const Identity& identity,
               const std::vector<std::string>& channels)
    : shared_(shared), identity_(identity) {
  for (const std::string& channel : channels) subscriptions_.push_back({channel});
}

std::vector<Step> Client::way_in() const {
  std::vector<Wish> wishes;
  for (const Subscription& subscription : subscriptions_) {
    wishes.push_back({subscription.channel, subscription.epoch, subscription.check.last()});
  }
  return shared_.adapter.way_in(identity_, wishes);
}

void Client::start() {
  stream_ = Stream(shared_.target);
  if (stream_.resumed()) ++shared_.tls_resumed;
  state_ = State::on_its_way;
  switched_ = false;
  close_code_ = 0;
  steps_ = way_in();
  std::ranges::reverse(steps_);
  send_steps(pipelining() == Pipelining::all);
}

void Client::send_steps(bool all) {
  std::string bytes;
  for (const Step& step : std::views::reverse(steps_)) {
    bytes += step.bytes;
    if (!all) break;
  }
  all_sent_ = all;
  static_cast<void>(send(bytes));  // if it is gone already, the next read will find it so
}

void Client::subscribe(std::string_view channel) {
  subscriptions_.push_back({std::string(channel)});
  const Wish wish{channel, {}, 0};
  static_cast<void>(send(shared_.adapter.way_in(identity_, {&wish, 1}).back().bytes));
}

void Client::cut() {
  stream_.cut();
  partial_.clear();
  state_ = State::away;
}

void Client::close() {
  static_cast<void>(send(client_frame(std::string("\x03\xe8", 2), ServerFrame::close)));
  stream_.close();
  partial_.clear();
  state_ = State::away;
}

void Client::forget() {
  for (Subscription& subscription : subscriptions_) {
    subscription.epoch.clear();
    subscription.check.start(0);
  }
}

void Client::read(char* buffer, std::size_t size, ClientListener& listener) {
  const Stream::Read read = stream_.read(buffer, size);
  switch (read.outcome) {
    case Stream::Outcome::nothing_yet:
      return;
    case Stream::Outcome::ended:
    case Stream::Outcome::broken:
      end(close_code_ == 0 ? 1006 : close_code_, listener);
      return;
    case Stream::Outcome::bytes:
      break;
  }
  std::string_view bytes(buffer, read.size);
  if (partial_.empty()) {
    take_bytes(bytes, listener);
    if (!bytes.empty() && state_ != State::away) partial_ = bytes;
    return;
  }
  std::string whole = std::move(partial_);
  partial_.clear();
  whole += bytes;
  bytes = whole;
  take_bytes(bytes, listener);
  if (state_ == State::away) return;
  whole.erase(0, whole.size() - bytes.size());
  if (!whole.empty()) partial_ = std::move(whole);
}

void Client::take_bytes(std::string_view& bytes, ClientListener& listener) {
  if (!switched_ && !take_handshake(bytes, listener)) return;
  ServerFrame frame;
  while (state_ != State::away && frame.take_from(bytes)) {
    if (!frame.final) fail("the server fragments its messages, which this client cannot read");
    if (frame.compressed) ++shared_.compressed;
    if (frame.opcode == ServerFrame::text || frame.opcode == ServerFrame::binary) {
      take_messages(frame.compressed ? shared_.inflater.inflate(frame.payload) : frame.payload,
                    listener);
    } else if (frame.opcode == ServerFrame::ping) {
      static_cast<void>(send(client_frame(frame.payload, ServerFrame::pong)));
    } else if (frame.opcode == ServerFrame::close) {
      const auto byte = [&](std::size_t at) {
        return static_cast<int>(static_cast<unsigned char>(frame.payload[at]));
      };
      close_code_ = frame.payload.size() < 2 ? 1005 : byte(0) << 8 | byte(1);
    }
  }
}

bool Client::take_handshake(std::string_view& bytes, ClientListener& listener) {
  const std::size_t end_of_head = bytes.find("\r\n\r\n");
  if (end_of_head == std::string_view::npos) return false;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    fail(fmt::format("the server refused a WebSocket: {}", bytes.substr(0, bytes.find('\r'))));
  }
  bytes.remove_prefix(end_of_head + 4);
  switched_ = true;
  take_step(Said::switched, listener);
  return true;
}

void Client::take_messages(std::string_view payload, ClientListener& listener) {
  while (!payload.empty() && state_ != State::away) {
    take_message(shared_.adapter.take_message(payload), listener);
  }
}

void Client::take_message(std::string_view payload, ClientListener& listener) {
  const Message message = shared_.adapter.read(payload);
  switch (message.said) {
    case Said::event:
      find(message.channel).check.take(message.number, shared_.tally);
      listener.on_event(*this, message);
      return;
    case Said::subscribed:
      take_subscribed(message);
      break;
    case Said::ping:
      ++shared_.pings;
      static_cast<void>(send(shared_.adapter.pong()));
      return;
    case Said::refused:
      fail(fmt::format("the server refused: {}", payload));
    case Said::switched:
    case Said::welcome:
    case Said::authenticated:
    case Said::unsubscribed:
    case Said::presence:
    case Said::members:
    case Said::other:
      break;
  }
  listener.on_message(*this, message, payload);
  if (state_ == State::on_its_way) take_step(message.said, listener);
}

// Who resumes has to get what it missed, so its check goes on; if the server says that it cannot
// send that, or does not say that it can, it is lost.
void Client::take_subscribed(const Message& message) {
  Subscription& subscription = find(message.channel);
  if (message.recovered == true) {
    ++shared_.recovered;
  } else if (message.recovered == false || !subscription.epoch.empty()) {
    ++shared_.not_recovered;
    subscription.check.finish(message.number, shared_.tally);
    subscription.check.start(message.number);
  } else {
    subscription.check.start(message.number);
  }
  subscription.epoch = message.epoch;
}

void Client::take_step(Said said, ClientListener& listener) {
  if (steps_.empty() || steps_.back().until != said || --steps_.back().count > 0) return;
  steps_.pop_back();
  if (steps_.empty()) {
    steps_.shrink_to_fit();
    state_ = State::open;
    listener.on_open(*this);
  } else if (!all_sent_) {
    send_steps(pipelining() != Pipelining::none);
  }
}

void Client::end(int code, ClientListener& listener) {
  stream_.close();
  partial_.clear();
  state_ = State::away;
  listener.on_closed(*this, code);
}

Client::Subscription& Client::find(std::string_view channel) {
  if (last_found_ < subscriptions_.size() &&
      (subscriptions_[last_found_].channel == channel || channel.empty())) {
    return subscriptions_[last_found_];
  }
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    if (subscriptions_[i].channel != channel) continue;
    last_found_ = static_cast<std::uint32_t>(i);
    return subscriptions_[i];
  }
  fail(
      fmt::format("an event of {}, which client {} is not subscribed to", channel, identity_.user));
}

}  // namespace river::bench
