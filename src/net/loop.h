// Loop: one thread's event loop, and all that happens on it in turns:
//
//   epoll events ▸ mailbox ▸ due tasks and timers ▸ end-of-turn hook (fan-out) ▸ one write a
//   connection
//
// A turn has a bounded number of writes. If more have something to say, as after a publication to a
// large channel, the others wait in the backlog, of which each turn that follows writes a part; so
// requests, pings and small channels are held up for milliseconds only.
//
// Owns: its connections, its timers, its mailbox, the buffer that all its reads go into.
// Borrows: nothing. Thread: its own; only post(), try_post(), full() and stop() may be called from
// others. Limits: a turn ends early once `turn_bytes_max` are queued for fan-out.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/alarm.h"
#include "net/file_descriptor.h"
#include "net/mailbox.h"
#include "net/send_batch.h"
#include "net/timer_wheel.h"

namespace river::net {

class Connection;
class ConnectionHandler;

// Something that epoll watches.
class EventHandler {
 public:
  virtual ~EventHandler() = default;
  virtual void on_events(std::uint32_t events) = 0;
};

using Task = std::move_only_function<void()>;

class Loop {
 public:
  // Messages from other loops that may wait before publishers are refused.
  static constexpr std::size_t mailbox_messages_max = 65'536;
  static constexpr std::size_t read_buffer_bytes = 64 * 1024;
  // Enough to pay for the system call, few enough that their state stays cached and that nobody
  // notices that others are written to.
  static constexpr std::size_t writes_a_batch = 1024;

  [[nodiscard]] static std::expected<std::unique_ptr<Loop>, std::string> make(SendBatchKind kind,
                                                                              Metrics& metrics);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();
  void stop();  // any thread: the current turn is the last

  // Runs `task` on this loop, soon. post() always takes it: for answers to what was let in, which
  // are as many as the questions. try_post() refuses when full: for what can be refused.
  void post(Task task);
  [[nodiscard]] bool try_post(Task task);
  [[nodiscard]] bool full() const;

  // Runs `task` once, at or soon after `when`. On this loop only.
  void call_at(TimePoint when, Task task);

  [[nodiscard]] TimePoint now() const { return now_; }  // of this turn
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] TimerWheel& timers() { return timers_; }
  [[nodiscard]] std::span<char> read_buffer() { return read_buffer_; }
  // Before run(), or on this loop.
  [[nodiscard]] std::string_view send_batch_name() const { return send_batch_->name(); }
  [[nodiscard]] std::span<Connection* const> connections() const { return connections_; }
  void assert_here() const;

  // Called before the writes of each turn: whoever gathers deliveries hands them out now.
  void set_turn_end(Task hook) { turn_end_ = std::move(hook); }
  // Asked by that hook: whether connections still wait for what was handed out when it was last
  // told no. Then what concerns many of them had better wait as well, so that each is written to
  // once for all that comes meanwhile. The hook is called again soon, also if nothing else happens.
  [[nodiscard]] bool writes_wait() const { return round_left_ > 0; }
  // … and after them; also after those that a full turn begins with.
  void set_writes_done(Task hook) { writes_done_ = std::move(hook); }
  // Of those that have something new, and of those that have waited: bounding both lets neither
  // starve. By default as many as one call of SendBatch takes.
  void set_writes_a_turn(std::size_t writes) { writes_a_turn_ = writes; }
  void set_connection_closed(std::move_only_function<void(std::uint64_t limit_key)> hook) {
    connection_closed_ = std::move(hook);
  }
  // Ends the turn after the current event: enough is queued. Who waits is written to first.
  void end_turn_early() { turn_is_full_ = true; }

  // ── for Connection and Listener ──
  [[nodiscard]] std::uint64_t turn_number() const { return turn_number_; }
  // False if the kernel watches no more for this user (fs.epoll.max_user_watches).
  [[nodiscard]] bool watch(int fd, std::uint32_t events, EventHandler& handler);
  void rewatch(int fd, std::uint32_t events, EventHandler& handler);
  void unwatch(int fd);
  Connection& adopt(std::unique_ptr<Connection> connection);
  void bury(Connection& connection);  // frees it at the end of the turn
  void bury(std::unique_ptr<ConnectionHandler> handler);
  void mark_dirty(Connection& connection) { dirty_.push_back(&connection); }
  void read_again_next_turn(Connection& connection) { again_.push_back(&connection); }

 private:
  Loop(FileDescriptor epoll, WakeEvent wake, Alarm alarm, std::unique_ptr<SendBatch> batch,
       Metrics& metrics);

  struct DueTask {
    TimePoint when;
    std::uint64_t sequence;  // tasks of the same time run in the order they came
    Task task;
  };
  struct Later {
    bool operator()(const DueTask& a, const DueTask& b) const {
      return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }
  };

  void turn();
  [[nodiscard]] int wait_milliseconds();
  void drain_mailbox();
  void run_due();
  void clear_graveyard();
  void finish_turn();
  void write_dirty();
  [[nodiscard]] auto backlog_begin() const {
    return backlog_.begin() + static_cast<std::ptrdiff_t>(backlog_written_);
  }
  [[nodiscard]] std::size_t backlog_size() const { return backlog_.size() - backlog_written_; }
  void write_backlog(std::size_t connections_max);
  void write_batches(std::span<Connection* const> connections);
  void write_batch(std::span<Connection* const> batch);

  FileDescriptor epoll_;
  Alarm alarm_;
  std::unique_ptr<SendBatch> send_batch_;
  Metrics& metrics_;
  Mailbox<Task> mailbox_;
  TimerWheel timers_;
  TimePoint now_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> thread_{};
  bool turn_is_full_ = false;
  bool writes_waited_ = false;  // at the last end of a turn: its hook may have held back something
  std::size_t round_left_ = 0;  // of the backlog: the first so many are whom writes_wait() means
  std::size_t writes_a_turn_ = writes_a_batch;
  std::uint64_t turn_number_ = 0;
  std::uint64_t next_sequence_ = 0;
  Task turn_end_;
  Task writes_done_;
  std::move_only_function<void(std::uint64_t limit_key)> connection_closed_;
  std::vector<DueTask> due_tasks_;        // a heap
  std::vector<Connection*> connections_;  // owned; each knows its place here
  std::vector<std::unique_ptr<Connection>> graveyard_;
  std::vector<std::unique_ptr<ConnectionHandler>> old_handlers_;
  std::vector<Connection*> again_;    // TLS has read ahead what nobody has taken yet
  std::vector<Connection*> dirty_;    // have something to write since the last write of this turn
  std::vector<Connection*> backlog_;  // since an earlier turn, but for those that were written to:
  std::size_t backlog_written_ = 0;   // the first so many
  std::vector<Connection*> writing_;
  std::vector<Connection*> sending_;  // those of a batch that send_items_ are for
  std::vector<SendItem> send_items_;
  std::vector<iovec> iovecs_;
  std::vector<char> read_buffer_;
};

}  // namespace river::net
