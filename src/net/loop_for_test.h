// For tests: a loop that runs on a thread of its own, and the notes that handlers make on it for
// the test to wait for.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/metrics.h"
#include "net/loop.h"

namespace river::net {

// Long enough for the slowest machine: a test waits so long only when it fails.
inline constexpr std::chrono::seconds test_patience{30};

// What happened, in order. Thread: any.
class Notes {
 public:
  void add(std::string note) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(note));
    changed_.notify_all();
  }
  // Until `note` is there that many times.
  [[nodiscard]] bool wait_for(std::string_view note, std::ptrdiff_t times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, test_patience,
                             [&] { return std::ranges::count(notes_, note) >= times; });
  }
  [[nodiscard]] std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  [[nodiscard]] std::ptrdiff_t count(std::string_view note) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(notes_, note);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
};

class LoopThread {
 public:
  explicit LoopThread(SendBatchKind kind = SendBatchKind::sendmsg) {
    auto made = Loop::make(kind, metrics);
    if (!made.has_value()) return;
    loop = std::move(*made);
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  ~LoopThread() { stop(); }

  // Apart from the constructor, so that a test can set hooks.
  void start() {
    thread_ = std::jthread([this] { loop->run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    loop->stop();
    join();
  }
  // Until something on the loop has stopped it.
  void join() { thread_.join(); }

  // Runs it on the loop and gives its result.
  template <typename Work>
  auto on_loop(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    // The task goes along: the result may be here before the loop is done with it.
    loop->post([task = std::move(task)]() mutable { task(); });
    EXPECT_EQ(result.wait_for(test_patience), std::future_status::ready) << "the loop hangs";
    return result.get();
  }
  // All that was begun in this turn is done, its writes too.
  void finish_turn() {
    on_loop([] {});
    on_loop([] {});
  }

  Metrics metrics;
  std::unique_ptr<Loop> loop;  // null if this kind of batch is not to be had here

 private:
  std::jthread thread_;
};

}  // namespace river::net
