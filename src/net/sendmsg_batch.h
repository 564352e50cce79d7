// SendmsgBatch: one system call an item. Works everywhere.
#pragma once

#include <span>
#include <string_view>

#include "net/send_batch.h"

namespace river::net {

// Sends one item at once. Never blocks, whatever the mode of the socket.
void send_now(SendItem& item);

class SendmsgBatch final : public SendBatch {
 public:
  void send(std::span<SendItem> items) override;
  [[nodiscard]] std::string_view name() const override { return "sendmsg"; }
};

}  // namespace river::net
