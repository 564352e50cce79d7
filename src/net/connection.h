// Connection: one accepted socket, in clear or TLS, with what waits to be sent on it and one timer.
// What is said on it is its handler's business, and the handler can change (HTTP, then WebSocket).
//
// Owns: descriptor, TLS state, outbox, handler. Borrows: its loop. Thread: its loop's.
// Limits: the outbox, by bytes and by age of the oldest byte; over them the handler is told.
// The loop writes, once a turn at the most: send() only queues, and never calls the handler. When
// more is queued than may wait, it writes at once; what is sent then beyond the limit is dropped,
// and the handler told when the loop comes to it. An object lives until the end of the turn in
// which it was closed, so a handler may close its own connection at any time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/shared_bytes.h"
#include "net/address.h"
#include "net/file_descriptor.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "net/timer_wheel.h"
#include "net/tls_stream.h"

namespace river::net {

class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  // The connection is this handler's from now on: the first call.
  virtual void on_open(Connection& connection) { connection_ = &connection; }
  // Bytes came; they may be changed in place and are gone after the call.
  virtual void on_data(std::span<char> bytes) = 0;
  // The peer will send no more. By default what is queued is still sent, then it is closed.
  virtual void on_end();
  // The time of set_timer() has come, or nearly: it may be early, so look at the clock.
  virtual void on_timer(TimePoint now) = 0;
  // All that was queued has been sent, at once or after it had to wait.
  virtual void on_drained() {}
  // The peer reads too slowly: more waits, or waits longer, than allowed, and what was sent last
  // may have been dropped. Ends the connection, with last words perhaps; if not, it is closed.
  virtual void on_overflow() = 0;
  // The program is leaving: a peer that would stay for long is told to come back after that time.
  virtual void on_drain(milliseconds /*after*/) {}
  // The connection is closed: the last call. Nothing can be sent any more.
  virtual void on_closed() {}

 protected:
  Connection* connection_ = nullptr;
};

struct OutboxLimits {
  std::size_t bytes_max = 1024 * 1024;
  milliseconds age_max{10'000};
};

class Connection final : public EventHandler, private Timer {
 public:
  // How long the peer may take to close its side after we closed ours.
  static constexpr milliseconds linger{2'000};
  // How long one that goes on reading may take for what is left at the end. One that reads nothing
  // has the time that a byte may wait in any outbox.
  static constexpr milliseconds last_words_time{60'000};

  Connection(Loop& loop, FileDescriptor socket, std::uint64_t limit_key, const OutboxLimits& limits,
             std::unique_ptr<TlsStream> tls, std::unique_ptr<ConnectionHandler> handler);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();

  void send(SharedBytes chunk);
  void send(std::string_view bytes) { send(SharedBytes(bytes)); }
  // Sends what is queued, then closes our side, and the rest when the peer has closed or lingered.
  void end();
  void close();  // at once
  // For a slow reader: what has not begun to be sent is dropped.
  void drop_queued() { outbox_.drop_untouched(); }

  void set_handler(std::unique_ptr<ConnectionHandler> handler);
  // The handler's on_timer comes at `when`, or earlier if it asked for that before.
  void ensure_timer(TimePoint when);
  void pause_reading();
  void resume_reading();

  [[nodiscard]] Loop& loop() { return loop_; }
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  [[nodiscard]] bool is_ending() const { return ending_; }
  [[nodiscard]] std::size_t outbox_bytes() const { return outbox_.bytes(); }
  // All that the kernel has not taken: what is queued, and with TLS the rest of a record.
  [[nodiscard]] std::size_t unsent_bytes() const;
  [[nodiscard]] ConnectionHandler* handler() { return handler_.get(); }
  // Under which number its peer's address is counted.
  [[nodiscard]] std::uint64_t limit_key() const { return limit_key_; }
  // Another from now on: whoever speaks through it is known only now.
  void set_limit_key(std::uint64_t key) { limit_key_ = key; }
  // Asks the kernel; [::]:0 if the peer is gone.
  [[nodiscard]] Address peer() const;

  // ── for Loop ──
  void on_events(std::uint32_t events) override;
  static Connection& of(Timer& timer) { return static_cast<Connection&>(timer); }
  void on_timer(TimePoint now);
  void read_again();

 private:
  friend class Loop;
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] bool uses_tls() const { return tls_ != nullptr; }
  void on_written(std::int64_t result, std::size_t wanted);
  void write_alone();
  void write_tls();
  void write_early();
  [[nodiscard]] bool write_some();
  [[nodiscard]] TlsStatus offer_to_tls(std::span<const iovec> iovecs);
  void after_write(bool all_taken);
  void finish_ending();
  void check_outbox_limits();
  void schedule_at(TimePoint when);
  void continue_handshake();
  void read_plain();
  void read_tls();
  void give(std::size_t bytes);
  void on_peer_end();
  void touch();
  void watch_again();

  Loop& loop_;
  const OutboxLimits& limits_;
  FileDescriptor socket_;
  std::uint32_t index_ = 0;  // in Loop::connections_
  std::uint64_t limit_key_;
  Outbox outbox_;
  std::unique_ptr<TlsStream> tls_;
  std::unique_ptr<ConnectionHandler> handler_;
  std::uint32_t left_bytes_ = 0;  // of the last words, at the last look
  std::uint16_t left_looks_ = 0;
  static_assert(last_words_time / TimerWheel::tick < UINT16_MAX, "the most looks there can be");
  bool dirty_ = false;          // in one of the lists of its loop of those to write to
  bool in_batch_ = false;       // being written by the loop: nobody else may
  bool blocked_ = false;        // the kernel takes no more for now: waiting for EPOLLOUT
  bool paused_ = false;         // not reading
  bool read_ended_ = false;     // the peer sends no more
  bool ending_ = false;         // end() was called
  bool writing_ended_ = false;  // our side is closed
  bool handshaking_ = false;
  bool overflowed_ = false;  // something was dropped: the handler is to be told
  bool again_ = false;       // in the loop's list of those to read again
};

static_assert(sizeof(Connection) <= 144, "memory a connection; see docs/operations.md");

}  // namespace river::net
