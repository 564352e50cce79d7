#include "net/send_batch.h"

#include "base/log.h"
#include "net/io_uring_batch.h"
#include "net/sendmsg_batch.h"

namespace river::net {

std::expected<std::unique_ptr<SendBatch>, std::string> make_send_batch(SendBatchKind kind) {
  if (kind == SendBatchKind::sendmsg) return std::make_unique<SendmsgBatch>();
  auto batch = make_io_uring_batch();
  if (!batch && kind == SendBatchKind::automatic) {
    log_debug("io_uring cannot be used", {{"reason", batch.error()}});
    return std::make_unique<SendmsgBatch>();
  }
  return batch;
}

}  // namespace river::net
