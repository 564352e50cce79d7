// SharedBytes: immutable bytes with a thread-safe reference count, one allocation, 8 bytes a
// handle.
//
//   handle ─▶ [ references:4 | size:4 | bytes … ]
//
// Copies share; the last handle frees. Crosses threads. At most 4 GiB - 1.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace river {

class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::string_view bytes);
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) { retain(); }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { release(); }

  // Makes `size` bytes and lets `fill(span<char>)` write them, so that nothing is copied twice.
  template <typename Fill>
  [[nodiscard]] static SharedBytes make(std::size_t size, Fill fill) {
    SharedBytes result;
    result.block_ = allocate(size);
    fill(std::span<char>(result.block_->bytes(), size));
    return result;
  }

  [[nodiscard]] std::string_view view() const {
    return block_ == nullptr ? std::string_view() : std::string_view(block_->bytes(), block_->size);
  }
  [[nodiscard]] std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] explicit operator bool() const { return block_ != nullptr; }

 private:
  struct Block {
    std::atomic<std::uint32_t> references;
    std::uint32_t size;
    [[nodiscard]] char* bytes() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  };

  [[nodiscard]] static Block* allocate(std::size_t size);
  static void free(Block* block) noexcept;

  void retain() const noexcept {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      free(block_);
    }
  }

  Block* block_ = nullptr;
};

static_assert(sizeof(SharedBytes) == 8, "an outbox holds one of these a chunk");

}  // namespace river
