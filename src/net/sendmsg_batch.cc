#include "net/sendmsg_batch.h"

#include <cerrno>

#include <sys/socket.h>

namespace river::net {
namespace {

constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;

ssize_t send_once(const SendItem& item) {
  if (item.iovec_count == 1) {
    return ::send(item.fd, item.iovecs->iov_base, item.iovecs->iov_len, send_flags);
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(item.iovecs);  // sendmsg only reads it
  message.msg_iovlen = item.iovec_count;
  return ::sendmsg(item.fd, &message, send_flags);
}

}  // namespace

void send_now(SendItem& item) {
  ssize_t sent = 0;
  do {
    sent = send_once(item);
  } while (sent < 0 && errno == EINTR);
  item.result = static_cast<std::int32_t>(sent < 0 ? -errno : sent);
}

void SendmsgBatch::send(std::span<SendItem> items) {
  for (SendItem& item : items) send_now(item);
}

}  // namespace river::net
