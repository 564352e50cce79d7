// Outbox: the chunks that wait to be sent on one connection, as counted references, never copies.
//
//   sent ──▶│ first_ (partly sent) │ rest_[head_ … ] │◀── push
//
// Idle it is 40 bytes and owns nothing. The vector behind the first chunk is borrowed from a pool
// of the thread while it is needed, so that a steady stream allocates nothing per delivery. Thread:
// its loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <sys/uio.h>

#include "base/clock.h"
#include "base/shared_bytes.h"

namespace river::net {

class Outbox {
 public:
  Outbox() = default;
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void push(SharedBytes chunk);

  // Describes what is to be sent, first byte first; returns how many entries were filled.
  [[nodiscard]] std::size_t gather(std::span<iovec> out) const;

  // Forgets the first `bytes` of what was gathered: they are with the kernel now. Where somebody
  // stands in between (TLS), they may be with that one: `sent` says how far the kernel has come.
  void pop(std::size_t bytes, std::size_t sent);
  void pop(std::size_t bytes) { pop(bytes, bytes); }

  // Drops every chunk of which nothing was sent yet: what remains still ends on a whole chunk.
  void drop_untouched();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_ == 0; }

  // How long the oldest byte that waited at the last mark has been waiting. The mark moves on when
  // all that was queued at its time has been sent, so a steady but slow reader never looks stuck.
  // `popped` is what was popped and not sent yet.
  void mark(TimePoint now, std::size_t popped = 0);
  [[nodiscard]] milliseconds waiting(TimePoint now) const;

 private:
  using Chunks = std::vector<SharedBytes>;
  [[nodiscard]] static std::unique_ptr<Chunks> borrow();
  static void give_back(std::unique_ptr<Chunks> chunks);
  void pop_first();

  SharedBytes first_;
  std::unique_ptr<Chunks> rest_;
  std::uint32_t bytes_ = 0;
  std::uint32_t first_sent_ = 0;  // bytes of first_ that were sent
  std::uint32_t head_ = 0;        // entries of rest_ before this one are empty
  std::uint32_t mark_bytes_ = 0;  // still to be sent of what was queued at the mark; 0: no mark
  std::uint32_t mark_time_ = 0;   // milliseconds, wrapping
};

static_assert(sizeof(Outbox) <= 40, "every connection has one");

}  // namespace river::net
