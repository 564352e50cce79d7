#include "net/outbox.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace river::net {
namespace {

// Enough for the connections of one turn that have several chunks; more would only hold memory.
constexpr std::size_t pooled_vectors_max = 256;
constexpr std::size_t pooled_capacity_max = 64;

std::uint32_t wrapped_milliseconds(TimePoint now) {
  return static_cast<std::uint32_t>(now.time_since_epoch().count());
}

}  // namespace

struct OutboxPool {
  std::vector<std::unique_ptr<std::vector<SharedBytes>>> free;
};

static OutboxPool& pool() {
  thread_local OutboxPool instance;
  return instance;
}

std::unique_ptr<Outbox::Chunks> Outbox::borrow() {
  auto& free = pool().free;
  if (free.empty()) return std::make_unique<Chunks>();
  auto chunks = std::move(free.back());
  free.pop_back();
  return chunks;
}

void Outbox::give_back(std::unique_ptr<Chunks> chunks) {
  auto& free = pool().free;
  if (free.size() >= pooled_vectors_max || chunks->capacity() > pooled_capacity_max) return;
  chunks->clear();
  free.push_back(std::move(chunks));
}

Outbox::~Outbox() {
  if (rest_ != nullptr) give_back(std::move(rest_));
}

void Outbox::push(SharedBytes chunk) {
  if (chunk.empty()) return;
  bytes_ += static_cast<std::uint32_t>(chunk.size());
  if (!first_) {
    first_ = std::move(chunk);
    return;
  }
  if (rest_ == nullptr) rest_ = borrow();
  rest_->push_back(std::move(chunk));
}

std::size_t Outbox::gather(std::span<iovec> out) const {
  if (!first_ || out.empty()) return 0;
  const auto entry = [](std::string_view bytes) {
    return iovec{const_cast<char*>(bytes.data()), bytes.size()};
  };
  std::size_t count = 0;
  out[count++] = entry(first_.view().substr(first_sent_));
  if (rest_ == nullptr) return count;
  for (std::size_t i = head_; i < rest_->size() && count < out.size(); ++i) {
    out[count++] = entry((*rest_)[i].view());
  }
  return count;
}

void Outbox::pop(std::size_t bytes, std::size_t sent) {
  RIVER_ASSERT(bytes <= bytes_);
  bytes_ -= static_cast<std::uint32_t>(bytes);
  mark_bytes_ -= static_cast<std::uint32_t>(std::min<std::size_t>(sent, mark_bytes_));
  while (bytes > 0) {
    const std::size_t left = first_.size() - first_sent_;
    if (bytes < left) {
      first_sent_ += static_cast<std::uint32_t>(bytes);
      return;
    }
    bytes -= left;
    pop_first();
  }
}

void Outbox::pop_first() {
  first_sent_ = 0;
  first_ = SharedBytes();
  if (rest_ == nullptr) return;
  first_ = std::move((*rest_)[head_++]);
  if (head_ == rest_->size()) {
    give_back(std::move(rest_));
    head_ = 0;
  } else if (head_ >= 64 && head_ * 2 >= rest_->size()) {
    // A queue that never empties must not keep the places of what it sent.
    rest_->erase(rest_->begin(), rest_->begin() + head_);
    head_ = 0;
  }
}

void Outbox::drop_untouched() {
  if (rest_ != nullptr) give_back(std::move(rest_));
  head_ = 0;
  if (first_sent_ == 0) first_ = SharedBytes();
  bytes_ = static_cast<std::uint32_t>(first_.size()) - first_sent_;
  mark_bytes_ = std::min(mark_bytes_, bytes_);
}

void Outbox::mark(TimePoint now, std::size_t popped) {
  if (mark_bytes_ != 0) return;
  mark_bytes_ = bytes_ + static_cast<std::uint32_t>(popped);
  mark_time_ = wrapped_milliseconds(now);
}

milliseconds Outbox::waiting(TimePoint now) const {
  if (mark_bytes_ == 0) return milliseconds(0);
  return milliseconds(wrapped_milliseconds(now) - mark_time_);
}

}  // namespace river::net
