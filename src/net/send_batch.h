// SendBatch: the seam to the kernel for all that is written to plain sockets. At the end of its
// turn a loop hands over every connection that has something to say, and gets every result back
// when the call returns: nothing is under way afterwards, whichever implementation runs.
//
// Thread: made anywhere, then used by the thread of the first `send` only.
// Limits: an item of more than IOV_MAX iovecs gets -EMSGSIZE.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sys/uio.h>

namespace river::net {

// A socket stands in a batch once at most: a short send followed by another would leave a gap.
struct SendItem {
  int fd = -1;
  const iovec* iovecs = nullptr;
  std::uint32_t iovec_count = 0;
  // Out: bytes that the kernel took, perhaps fewer than given, or -errno. -EAGAIN says that the
  // socket is full; never -EINTR. A closed peer is a result too, never a signal.
  std::int32_t result = 0;
};

class SendBatch {
 public:
  SendBatch() = default;
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;
  virtual ~SendBatch() = default;

  // Fills in every result. Never blocks and never allocates.
  virtual void send(std::span<SendItem> items) = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;  // what it does now, for logs
};

enum class SendBatchKind : std::uint8_t {
  automatic,  // io_uring where it works, sendmsg elsewhere: never fails
  sendmsg,
  io_uring,  // fails with a text that says why and what to do
};

[[nodiscard]] std::expected<std::unique_ptr<SendBatch>, std::string> make_send_batch(
    SendBatchKind kind);

}  // namespace river::net
