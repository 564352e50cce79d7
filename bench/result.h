// Result: what one scenario found. Printed as a line for people on stderr and a JSON object on
// stdout.
//
//   {"scenario":"fanout","subscribers":5000,…,
//    "deliveries_per_second":{"median":1180000,"min":1150000,"max":1200000},…,
//    "events":4725000,"lost":0,"doubled":0,"reordered":0,
//    "server":{"cpu_seconds":3.98,"private_bytes":5500000,"threads":2},
//    "client":{"cpu_seconds":3.2}}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tally.h"

namespace river::bench {

struct Options;

// The server as it was seen from outside.
struct ServerFigures {
  double cpu_seconds = 0;  // during the measured parts
  std::uint64_t private_bytes = 0;
  int threads = 0;
};

class Result {
 public:
  // Also notes the parameters that every scenario has.
  Result(std::string_view scenario, const Options& options);

  template <typename Number>
    requires std::is_arithmetic_v<Number>
  void parameter(std::string_view name, Number value) {
    parameters_.emplace_back(name, fmt::format("{}", value));
  }
  void parameter(std::string_view name, std::string_view value) {
    parameters_.emplace_back(name, fmt::format(R"("{}")", value));
  }
  // What one repetition found. What has been given several times is printed as median and range.
  void figure(std::string_view name, double value, int decimals = 0);
  // A figure that is a list and belongs to the last repetition.
  void series(std::string_view name, const std::vector<double>& values, int decimals = 0);

  [[nodiscard]] double median(std::string_view name) const;
  // "1,180,000 (1,150,000 – 1,200,000)"
  [[nodiscard]] std::string text(std::string_view name) const;

  Tally tally;
  ServerFigures server;
  double client_cpu_seconds = 0;

  // `sentence` is the line for people. Exits with 1 if anything was lost, doubled or reordered,
  // or if `problem` says that something else was wrong.
  void print(std::string_view sentence, std::string_view problem = {}) const;

 private:
  struct Figure {
    std::string name;
    std::vector<double> values;
    int decimals;
  };

  [[nodiscard]] const Figure* find(std::string_view name) const;
  [[nodiscard]] std::string json() const;

  std::string scenario_;
  std::vector<std::pair<std::string, std::string>> parameters_;  // the second is JSON
  std::vector<Figure> figures_;
  std::vector<std::pair<std::string, std::string>> series_;
};

}  // namespace river::bench
