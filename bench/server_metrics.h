// ServerMetrics: River's own page /metrics, read without waiting while a measurement goes on.
//
// Borrows: the crowd, in whose loop the answers come.
#pragma once

#include <string>
#include <string_view>

#include "crowd.h"
#include "http_answers.h"
#include "stream.h"

namespace river::bench {

class ServerMetrics {
 public:
  explicit ServerMetrics(Crowd& crowd);

  // Asks, unless an answer is still to come.
  void ask();
  // As of the last answer; 0 before the first.
  [[nodiscard]] double value(std::string_view name) const;

 private:
  void read();

  Stream stream_;
  HttpAnswers answers_;
  bool asked_ = false;
};

}  // namespace river::bench
