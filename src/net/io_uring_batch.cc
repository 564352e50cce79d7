#include "net/io_uring_batch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <liburing.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log.h"
#include "net/sendmsg_batch.h"

namespace river::net {
namespace {

constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
constexpr std::int32_t no_result = std::numeric_limits<std::int32_t>::min();

// A ring costs one system call, as does one plain send, and some bookkeeping.
constexpr std::size_t plain_items_max = 2;

// MSG_DONTWAIT makes a send finish while it is submitted, so every round ends with as many
// completions as it had items. Those are reaped before the call returns; with a completion queue
// that is twice the submission queue, it cannot overflow.
//
// Should the ring itself ever fail, the items that it did not take are sent plainly, and so is
// everything later: a slower river is better than a silent one.
class IoUringBatch final : public SendBatch {
 public:
  // Returns 0 or -errno.
  [[nodiscard]] int open(unsigned entries);
  ~IoUringBatch() override { close_ring(); }

  void send(std::span<SendItem> items) override;
  [[nodiscard]] std::string_view name() const override { return works() ? "io_uring" : "sendmsg"; }
  [[nodiscard]] bool works() const { return state_ != State::closed; }

 private:
  // Enabling binds the ring to its thread, so it waits for the first send.
  enum class State : std::uint8_t { closed, disabled, enabled };

  void send_round(std::span<SendItem> items);
  void submit(SendItem& item, std::size_t index);
  [[nodiscard]] std::size_t reap(std::span<SendItem> items);
  void give_up(int error);
  void close_ring();

  io_uring ring_{};
  State state_ = State::closed;
  std::vector<msghdr> messages_;  // one an entry; the kernel reads it while it is submitted
};

int IoUringBatch::open(unsigned entries) {
  // SUBMIT_ALL: one bad item must not hold back those behind it. The others save the kernel
  // interrupts and locks that a ring of one thread does not need; the first set is Linux 6.1.
  constexpr unsigned base_flags = IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL;
  constexpr std::array flag_sets = {
      base_flags | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
      base_flags | IORING_SETUP_COOP_TASKRUN};
  int error = 0;
  for (const unsigned flags : flag_sets) {
    error = ::io_uring_queue_init(entries, &ring_, flags);
    if (error != -EINVAL) break;
  }
  if (error != 0) return error;
  state_ = State::disabled;
  messages_.resize(entries);
  return 0;
}

// io_uring_enable_rings, which the shared library of liburing 2.3 does not export.
int enable(const io_uring& ring) {
  const long result =
      ::syscall(SYS_io_uring_register, ring.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
  return result < 0 ? -errno : 0;
}

void IoUringBatch::send(std::span<SendItem> items) {
  if (items.size() > plain_items_max && state_ == State::disabled) {
    const int error = enable(ring_);
    state_ = State::enabled;
    if (error != 0) give_up(error);
  }
  while (items.size() > plain_items_max && state_ == State::enabled) {
    const std::size_t count = std::min(items.size(), messages_.size());
    send_round(items.first(count));
    items = items.subspan(count);
  }
  for (SendItem& item : items) send_now(item);
}

void IoUringBatch::send_round(std::span<SendItem> items) {
  for (std::size_t index = 0; index < items.size(); ++index) submit(items[index], index);
  std::size_t done = 0;
  while (done < items.size()) {
    const auto missing = static_cast<unsigned>(items.size() - done);
    const int error = ::io_uring_submit_and_wait(&ring_, missing);
    done += reap(items);
    if (error < 0 && error != -EINTR) {
      give_up(error);
      break;
    }
  }
  for (SendItem& item : items) {
    if (item.result == no_result || item.result == -EINTR) send_now(item);
  }
}

void IoUringBatch::submit(SendItem& item, std::size_t index) {
  item.result = no_result;
  io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
  RIVER_ASSERT(entry != nullptr);
  if (item.iovec_count == 1) {
    ::io_uring_prep_send(entry, item.fd, item.iovecs->iov_base, item.iovecs->iov_len, send_flags);
  } else {
    msghdr& message = messages_[index];
    message.msg_iov = const_cast<iovec*>(item.iovecs);  // the kernel only reads it
    message.msg_iovlen = item.iovec_count;
    ::io_uring_prep_sendmsg(entry, item.fd, &message, send_flags);
  }
  ::io_uring_sqe_set_data64(entry, index);
}

std::size_t IoUringBatch::reap(std::span<SendItem> items) {
  unsigned head = 0;
  unsigned count = 0;
  const io_uring_cqe* completion = nullptr;
  io_uring_for_each_cqe(&ring_, head, completion) {
    items[completion->user_data].result = completion->res;
    ++count;
  }
  ::io_uring_cq_advance(&ring_, count);
  return count;
}

void IoUringBatch::give_up(int error) {
  log_error("io_uring failed; sending with sendmsg from now on",
            {{"error", std::generic_category().message(-error)}});
  close_ring();
}

void IoUringBatch::close_ring() {
  if (state_ != State::closed) ::io_uring_queue_exit(&ring_);
  state_ = State::closed;
}

std::string refusal(std::string_view call, int error) {
  const std::string_view hint = error == -EPERM || error == -EACCES ? "containers often forbid it"
                                : error == -ENOMEM ? "raise the memlock limit (ulimit -l)"
                                                   : "Linux 5.19 or later is needed";
  return fmt::format("{}: {} ({}); use --send-batch sendmsg", call,
                     std::generic_category().message(-error), hint);
}

// Whether sends through `batch` arrive: more of them than would be sent plainly.
[[nodiscard]] bool delivers(IoUringBatch& batch) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return false;
  char byte = 'r';
  const iovec bytes{&byte, 1};
  std::array<SendItem, plain_items_max + 1> items;
  items.fill({.fd = pair[0], .iovecs = &bytes, .iovec_count = 1});
  batch.send(items);
  std::array<char, items.size() + 1> received{};
  const ssize_t size = ::recv(pair[1], received.data(), received.size(), MSG_DONTWAIT);
  ::close(pair[0]);
  ::close(pair[1]);
  return size == static_cast<ssize_t>(items.size()) && batch.works() &&
         std::ranges::all_of(items, [](const SendItem& item) { return item.result == 1; });
}

}  // namespace

std::expected<std::unique_ptr<SendBatch>, std::string> make_io_uring_batch(unsigned entries) {
  // A ring of its own for the trial, since a ring belongs to the thread that uses it first.
  IoUringBatch trial;
  if (const int error = trial.open(4); error != 0) {
    return std::unexpected(refusal("io_uring_setup", error));
  }
  if (!delivers(trial)) {
    return std::unexpected("io_uring: a trial send did not arrive; use --send-batch sendmsg");
  }
  auto batch = std::make_unique<IoUringBatch>();
  if (const int error = batch->open(entries); error != 0) {
    return std::unexpected(refusal("io_uring_setup", error));
  }
  return batch;
}

}  // namespace river::net
