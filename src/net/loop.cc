#include "net/loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "net/connection.h"

namespace river::net {
namespace {

constexpr std::size_t events_a_turn = 512;
// One gathered write of a connection; the rest of a longer queue follows in the same turn.
constexpr std::size_t iovecs_a_write = 64;
// Rounds of writing in one turn, for queues longer than one write; then others get their turn.
constexpr int write_rounds_max = 4;
// For epoll_wait: until something comes.
constexpr int for_ever = -1;

// For what only wakes the loop.
class NothingToDo final : public EventHandler {
  void on_events(std::uint32_t /*events*/) override {}
};
constinit NothingToDo nothing_to_do;

}  // namespace

std::expected<std::unique_ptr<Loop>, std::string> Loop::make(SendBatchKind kind, Metrics& metrics) {
  FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) {
    return std::unexpected(fmt::format("epoll_create1: {}", std::strerror(errno)));
  }
  auto wake = WakeEvent::make();
  if (!wake.has_value()) return std::unexpected(wake.error());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the mailbox
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake->fd(), &event) != 0) {
    return std::unexpected(fmt::format("epoll_ctl: {}", std::strerror(errno)));
  }
  auto alarm = Alarm::make();
  if (!alarm.has_value()) return std::unexpected(alarm.error());
  event.events = EPOLLIN | EPOLLET;  // it wakes the loop: there is nothing to read
  event.data.ptr = &nothing_to_do;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, alarm->fd(), &event) != 0) {
    return std::unexpected(fmt::format("epoll_ctl: {}", std::strerror(errno)));
  }
  auto batch = make_send_batch(kind);
  if (!batch.has_value()) return std::unexpected(batch.error());
  return std::unique_ptr<Loop>(
      new Loop(std::move(epoll), std::move(*wake), std::move(*alarm), std::move(*batch), metrics));
}

Loop::Loop(FileDescriptor epoll, WakeEvent wake, Alarm alarm, std::unique_ptr<SendBatch> batch,
           Metrics& metrics)
    : epoll_(std::move(epoll)),
      alarm_(std::move(alarm)),
      send_batch_(std::move(batch)),
      metrics_(metrics),
      mailbox_(mailbox_messages_max, std::move(wake)),
      timers_(steady_now()),
      now_(steady_now()),
      iovecs_(writes_a_batch * iovecs_a_write),
      read_buffer_(read_buffer_bytes) {
  send_items_.reserve(writes_a_batch);
}

Loop::~Loop() {
  for (Connection* connection : connections_) std::unique_ptr<Connection>(connection).reset();
}

void Loop::assert_here() const {
  const std::thread::id owner = thread_.load(std::memory_order_relaxed);
  RIVER_ASSERT(owner == std::thread::id() || owner == std::this_thread::get_id());
}

void Loop::run() {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  while (!stopping_.load(std::memory_order_relaxed)) turn();
  thread_.store(std::thread::id(), std::memory_order_relaxed);
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  post([] {});  // wakes it
}

void Loop::post(Task task) {
  mailbox_.push(std::move(task));
}
bool Loop::try_post(Task task) {
  return mailbox_.try_push(std::move(task));
}
bool Loop::full() const {
  return mailbox_.full();
}

void Loop::call_at(TimePoint when, Task task) {
  assert_here();
  due_tasks_.push_back({when, next_sequence_++, std::move(task)});
  std::ranges::push_heap(due_tasks_, Later());
}

// ── One turn ──

void Loop::turn() {
  std::array<epoll_event, events_a_turn> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 wait_milliseconds());
  ++turn_number_;
  const std::uint64_t started = steady_nanoseconds();
  now_ = steady_now();
  const std::vector<Connection*> again = std::exchange(again_, {});  // of the turn before
  bool mail = false;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      mail = true;
      continue;
    }
    static_cast<EventHandler*>(event.data.ptr)->on_events(event.events);
    if (turn_is_full_) finish_turn();
  }
  for (Connection* connection : again) connection->read_again();
  if (mail) drain_mailbox();
  run_due();
  timers_.advance(now_, [this](Timer& timer) { Connection::of(timer).on_timer(now_); });
  finish_turn();
  clear_graveyard();
  old_handlers_.clear();
  metrics_.turn.add(steady_nanoseconds() - started);
}

void Loop::clear_graveyard() {
  if (graveyard_.empty()) return;
  if (std::ranges::any_of(graveyard_, [](const auto& connection) { return connection->dirty_; })) {
    const auto is_closed = [](const Connection* connection) { return !connection->is_open(); };
    std::erase_if(dirty_, is_closed);
    backlog_.erase(backlog_.begin(), backlog_begin());
    backlog_written_ = 0;
    const auto end_of_round = backlog_.begin() + static_cast<std::ptrdiff_t>(round_left_);
    round_left_ -=
        static_cast<std::size_t>(std::count_if(backlog_.begin(), end_of_round, is_closed));
    std::erase_if(backlog_, is_closed);
  }
  graveyard_.clear();
}

int Loop::wait_milliseconds() {
  if (!dirty_.empty() || backlog_size() > 0 || writes_waited_ || !again_.empty()) return 0;
  TimePoint due = TimePoint::max();
  if (!due_tasks_.empty()) due = due_tasks_.front().when;
  if (const auto hint = timers_.next_due_hint(now_)) due = std::min(due, now_ + *hint);
  if (due <= now_) return 0;
  if (due != TimePoint::max()) alarm_.ensure(due, now_);
  return for_ever;
}

void Loop::drain_mailbox() {
  mailbox_.drain([this](Task&& task) {
    task();
    if (turn_is_full_) finish_turn();
  });
}

void Loop::run_due() {
  while (!due_tasks_.empty() && due_tasks_.front().when <= now_) {
    std::ranges::pop_heap(due_tasks_, Later());
    Task task = std::move(due_tasks_.back().task);
    due_tasks_.pop_back();
    task();
    if (turn_is_full_) finish_turn();
  }
}

void Loop::finish_turn() {
  if (std::exchange(turn_is_full_, false) && backlog_size() > 0) {
    // Enough is queued for everybody: nobody is to have that much twice.
    write_backlog(backlog_size());
    if (writes_done_) writes_done_();
  }
  writes_waited_ = writes_wait();
  if (turn_end_) turn_end_();
  write_dirty();
  // Of what comes from now on nothing is waited for: it may never stop.
  if (!writes_waited_) round_left_ = backlog_size();
  if (writes_done_) writes_done_();
}

// ── Writing ──

void Loop::write_dirty() {
  const std::size_t waited = backlog_size();
  for (int round = 0; round < write_rounds_max && !dirty_.empty(); ++round) {
    writing_.swap(dirty_);
    const std::span<Connection* const> all = writing_;
    const std::size_t count = std::min(all.size(), writes_a_turn_);
    write_batches(all.first(count));
    backlog_.insert(backlog_.end(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end());
    writing_.clear();
  }
  write_backlog(std::min(waited, writes_a_turn_));
}

// Those that have waited the longest.
void Loop::write_backlog(std::size_t connections_max) {
  write_batches(std::span(backlog_).subspan(backlog_written_, connections_max));
  backlog_written_ += connections_max;
  round_left_ -= std::min(round_left_, connections_max);
  // Moving the others to the front each time would cost as much as some of the writes.
  if (backlog_written_ < backlog_size()) return;
  backlog_.erase(backlog_.begin(), backlog_begin());
  backlog_written_ = 0;
}

void Loop::write_batches(std::span<Connection* const> connections) {
  for (std::size_t start = 0; start < connections.size(); start += writes_a_batch) {
    write_batch(connections.subspan(start, std::min(writes_a_batch, connections.size() - start)));
  }
}

void Loop::write_batch(std::span<Connection* const> batch) {
  send_items_.clear();
  sending_.clear();
  std::size_t used = 0;
  for (Connection* connection : batch) {
    connection->dirty_ = false;
    if (!connection->is_open()) continue;
    if (connection->uses_tls() || connection->blocked_) {
      connection->write_alone();
      continue;
    }
    const std::span<iovec> room = std::span(iovecs_).subspan(used, iovecs_a_write);
    const std::size_t count = connection->outbox_.gather(room);
    used += count;
    // An empty outbox needs no write, but may have to be ended.
    if (count == 0) {
      connection->on_written(0, 0);
      continue;
    }
    connection->in_batch_ = true;
    send_items_.push_back({connection->fd(), room.data(), static_cast<std::uint32_t>(count), 0});
    sending_.push_back(connection);
  }
  send_batch_->send(send_items_);
  for (std::size_t i = 0; i < sending_.size(); ++i) {
    const SendItem& item = send_items_[i];
    std::size_t wanted = 0;
    for (std::uint32_t k = 0; k < item.iovec_count; ++k) wanted += item.iovecs[k].iov_len;
    sending_[i]->on_written(item.result, wanted);
  }
}

// ── What it watches ──

bool Loop::watch(int fd, std::uint32_t events, EventHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::rewatch(int fd, std::uint32_t events, EventHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  RIVER_ASSERT(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Loop::unwatch(int fd) {
  // Fails only if it was not watched, which is what is wanted.
  static_cast<void>(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr));
}

Connection& Loop::adopt(std::unique_ptr<Connection> connection) {
  assert_here();
  connection->index_ = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back(connection.release());
  return *connections_.back();
}

void Loop::bury(Connection& connection) {
  assert_here();
  const std::uint32_t index = connection.index_;
  RIVER_ASSERT(connections_[index] == &connection);
  connections_[index] = connections_.back();
  connections_[index]->index_ = index;
  connections_.pop_back();
  std::erase(again_, &connection);
  if (connection_closed_) connection_closed_(connection.limit_key());
  graveyard_.emplace_back(&connection);
}

void Loop::bury(std::unique_ptr<ConnectionHandler> handler) {
  old_handlers_.push_back(std::move(handler));
}

}  // namespace river::net
