// Publisher: one connection over which publications go, in the order in which they are given.
//
// Borrows: the adapter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "adapter.h"
#include "http_answers.h"
#include "stream.h"

namespace river::bench {

class Publisher {
 public:
  // Waits until it may publish.
  Publisher(const Adapter& adapter, const Stream::Target& target);

  // `count` at once.
  void publish(std::string_view channel, std::string_view data, int count = 1);
  // The same in two parts, for publications to several channels at once.
  void add(std::string_view channel, std::string_view data);
  void send();
  // What has come back; never waits.
  void read();

  [[nodiscard]] int fd() const { return stream_.fd(); }
  [[nodiscard]] std::uint64_t published() const { return published_; }
  // Publications whose answer has not come; always 0 if the adapter gets none.
  [[nodiscard]] std::uint64_t unanswered() const {
    return adapter_.publications_are_requests() ? published_ - answered_ : 0;
  }

 private:
  const Adapter& adapter_;
  Stream stream_;
  HttpAnswers answers_;
  std::string requests_;  // added, not sent
  std::uint64_t published_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace river::bench
