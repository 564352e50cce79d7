// RevocationWriter: brings revocations to disk on a thread of its own, so that no loop waits for
// the disk. What comes while it writes goes out together with the next write. What cannot be
// written stays, and is tried again.
//
// Owns: the file and the thread, which ends with it, after a last write. Thread: any, but for
// open(). Limits: those of hub::Revocations; the file is tidied when most of its lines are
// outdated.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <expected>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "hub/revocations.h"
#include "server/revocation_file.h"

namespace river::server {

class RevocationWriter {
 public:
  using Task = std::move_only_function<void()>;

  // Lines may be outdated up to as many as are not, and this many more.
  static constexpr std::size_t outdated_lines_max = 10'000;

  RevocationWriter(std::string path, seconds age_max);
  ~RevocationWriter();
  RevocationWriter(const RevocationWriter&) = delete;
  RevocationWriter& operator=(const RevocationWriter&) = delete;

  // First of all: gives what is in the file, oldest first, and tidies it. An error is for the
  // operator, and then the file is as it was.
  [[nodiscard]] std::expected<RevokedUsers, std::string> open(UnixSeconds now);

  void add(std::string_view user, UnixSeconds at);
  // Calls `then` on the writer's thread, once the disk has what was added until now, or has refused
  // it. False, with nothing done, if it has it already.
  [[nodiscard]] bool when_written(Task& then);
  // Tries once more to write what the disk has refused, and ends. Nothing is added any more.
  void close();

 private:
  void run(const std::stop_token& stop);
  void write_down(const hub::Revocations& added);
  void tidy();
  [[nodiscard]] hub::Revocations none() const;

  const std::string path_;
  const seconds age_max_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  hub::Revocations added_;  // guarded by mutex_
  std::vector<Task> then_;  // guarded by mutex_
  bool writing_ = false;    // guarded by mutex_

  // The writer's.
  RevocationFile file_;
  hub::Revocations unwritten_;    // refused by the disk
  std::size_t lines_ = 0;         // in the file
  std::size_t lines_needed_ = 0;  // when it was tidied
  std::jthread thread_;
};

}  // namespace river::server
