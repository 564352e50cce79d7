// For tests: a connection's handler that notes what it is told, and does what the test says.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "net/connection.h"
#include "net/loop_for_test.h"

namespace river::net {

class Probe final : public ConnectionHandler {
 public:
  // Called with the connection after the note was made.
  using Reaction = std::function<void(Connection&)>;
  // By event: open, data, end, timer, drained, overflow, closed.
  using Reactions = std::map<std::string, Reaction, std::less<>>;

  // With a name, the notes are "name event".
  explicit Probe(Notes& notes, Reactions reactions = {}, std::string name = {})
      : notes_(notes), reactions_(std::move(reactions)), name_(std::move(name)) {}
  ~Probe() override { note("gone"); }

  void on_open(Connection& connection) override {
    ConnectionHandler::on_open(connection);
    happened("open");
  }
  void on_data(std::span<char> bytes) override {
    note("data " + std::string(bytes.data(), bytes.size()));
    bytes_ += bytes.size();
    react("data");
  }
  void on_end() override {
    note("end");
    reactions_.contains("end") ? react("end") : ConnectionHandler::on_end();
  }
  void on_timer(TimePoint /*now*/) override { happened("timer"); }
  void on_drained() override { react("drained"); }
  void on_overflow() override { happened("overflow"); }
  void on_closed() override { happened("closed"); }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void note(std::string text) { notes_.add(name_.empty() ? std::move(text) : name_ + ' ' + text); }
  void happened(std::string_view what) {
    note(std::string(what));
    react(what);
  }
  void react(std::string_view what) {
    const auto place = reactions_.find(what);
    // A copy: the reaction may replace this handler.
    if (place != reactions_.end()) Reaction(place->second)(*connection_);
  }

  Notes& notes_;
  Reactions reactions_;
  std::string name_;
  std::size_t bytes_ = 0;
};

}  // namespace river::net
