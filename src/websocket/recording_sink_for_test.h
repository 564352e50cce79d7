// For tests and fuzzing only: what a reader finds, written down; and reading in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "websocket/message_reader.h"

namespace river::websocket {

// One line for each call: `text hello`, `ping 12`, `close 1000 bye`.
class RecordingSink final : public MessageSink {
 public:
  bool on_message(Opcode opcode, std::string_view payload) override {
    return record(fmt::format("{} {}", opcode == Opcode::text ? "text" : "binary", payload));
  }
  bool on_ping(std::string_view payload) override {
    return record(fmt::format("ping {}", payload));
  }
  bool on_pong(std::string_view payload) override {
    return record(fmt::format("pong {}", payload));
  }
  void on_close(std::uint16_t code, std::string_view reason) override {
    record(fmt::format("close {} {}", code, reason));
  }

  std::vector<std::string> calls;
  std::size_t calls_max = SIZE_MAX;  // answers `false` at this one

 private:
  bool record(std::string call) {
    calls.push_back(std::move(call));
    return calls.size() < calls_max;
  }
};

// All that a reader made of some bytes.
struct Outcome {
  std::vector<std::string> calls;
  int close_code = 0;  // of the error, or 0
  bool idle = true;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Reads `bytes` cut at these places, which are in order.
[[nodiscard]] inline Outcome read_cut(std::string bytes, const std::vector<std::size_t>& cuts,
                                      const ReaderOptions& options) {
  Inflater inflater;
  RecordingSink sink;
  MessageReader reader;
  Outcome outcome;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= cuts.size() && outcome.close_code == 0; ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
    const auto piece = std::span<char>(bytes).subspan(start, end - start);
    if (const auto error = reader.feed(piece, options, inflater, sink)) {
      outcome.close_code = error->close_code;
    }
    start = end;
  }
  outcome.calls = std::move(sink.calls);
  outcome.idle = reader.idle();
  return outcome;
}

[[nodiscard]] inline std::vector<std::size_t> cuts_at_every_byte(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < size; ++i) cuts.push_back(i);
  return cuts;
}

}  // namespace river::websocket
