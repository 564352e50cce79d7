// HttpAnswers: counts the whole answers in what comes over one connection. An answer that is no
// success ends the measurement.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace river::bench {

class HttpAnswers {
 public:
  // How many answers were completed by `bytes`. `last_body` is that of the last one.
  [[nodiscard]] int feed(std::string_view bytes);
  [[nodiscard]] const std::string& last_body() const { return last_body_; }

 private:
  std::string partial_;
  std::string last_body_;
};

}  // namespace river::bench
