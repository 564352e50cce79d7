#include "server/revocation_writer.h"

#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "base/log.h"

namespace river::server {
namespace {

constexpr seconds retry_after{10};

}  // namespace

RevocationWriter::RevocationWriter(std::string path, seconds age_max)
    : path_(std::move(path)),
      age_max_(age_max),
      added_(none()),
      file_(path_),
      unwritten_(none()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

RevocationWriter::~RevocationWriter() = default;

hub::Revocations RevocationWriter::none() const {
  hub::Revocations none;
  none.set_age_max(age_max_);
  return none;
}

std::expected<RevokedUsers, std::string> RevocationWriter::open(UnixSeconds now) {
  const auto content = file_.read();
  if (!content.has_value()) {
    return std::unexpected(fmt::format(
        "{}. River does not start without its revocations, as every token that was revoked would "
        "be valid again. Correct the file, or put its backup in its place; or move it away, to "
        "give the revocations up",
        content.error()));
  }
  hub::Revocations kept = none();
  for (const auto& [user, at] : content->users) kept.add(user, at);
  kept.forget_old(now);
  RevokedUsers users = kept.all();
  lines_ = content->users.size();
  lines_needed_ = users.size();
  if (lines_ == lines_needed_ && content->whole) return users;
  auto written = file_.write(users);
  if (written.has_value()) {
    lines_ = lines_needed_;
  } else if (!content->whole) {
    // What is appended would become one line with the half one.
    return std::unexpected(fmt::format("{}, whose last line is incomplete", written.error()));
  }
  return users;
}

void RevocationWriter::add(std::string_view user, UnixSeconds at) {
  {
    const std::lock_guard lock(mutex_);
    added_.add(user, at);
  }
  changed_.notify_one();
}

void RevocationWriter::close() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool RevocationWriter::when_written(Task& then) {
  {
    const std::lock_guard lock(mutex_);
    if (added_.size() == 0 && !writing_) return false;
    then_.push_back(std::move(then));
  }
  changed_.notify_one();
  return true;
}

void RevocationWriter::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "river-revoked");
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return added_.size() > 0 || !then_.empty(); };
  while (!stop.stop_requested() || has_work()) {
    if (unwritten_.size() == 0) {
      changed_.wait(lock, stop, has_work);
    } else {
      changed_.wait_for(lock, stop, retry_after, has_work);
    }
    const hub::Revocations added = std::exchange(added_, none());
    std::vector<Task> then = std::exchange(then_, {});
    writing_ = true;
    lock.unlock();
    write_down(added);
    for (Task& task : then) task();
    lock.lock();
    writing_ = false;
  }
}

void RevocationWriter::write_down(const hub::Revocations& added) {
  const bool failed_before = unwritten_.size() > 0;
  for (const auto& [user, at] : added.all()) unwritten_.add(user, at);
  if (unwritten_.size() == 0) return;
  const auto written = file_.append(unwritten_.all());
  if (!written.has_value()) {
    if (!failed_before || added.size() > 0) {
      log_error("a revocation holds only until the next restart: will try again",
                {{"reason", written.error()}});
    }
    return;
  }
  if (failed_before) log_info("revocations are on disk again", {{"users", unwritten_.size()}});
  lines_ += unwritten_.size();
  unwritten_ = none();
  if (lines_ > 2 * lines_needed_ + outdated_lines_max) tidy();
}

void RevocationWriter::tidy() {
  const auto content = file_.read();
  hub::Revocations kept = none();
  if (content.has_value()) {
    for (const auto& [user, at] : content->users) kept.add(user, at);
    kept.forget_old(unix_now());
  }
  const auto written =
      content.has_value() ? file_.write(kept.all()) : std::unexpected(content.error());
  if (written.has_value()) {
    lines_ = kept.size();
  } else {
    log_warning("the file of revocations grows", {{"reason", written.error()}});
  }
  // If it failed, not at once again.
  lines_needed_ = lines_;
}

}  // namespace river::server
