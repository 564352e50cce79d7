#include "base/shared_bytes.h"

#include <cstring>
#include <limits>
#include <new>

#include "base/assert.h"

namespace river {

SharedBytes::SharedBytes(std::string_view bytes) : block_(allocate(bytes.size())) {
  if (!bytes.empty()) std::memcpy(block_->bytes(), bytes.data(), bytes.size());
}

SharedBytes::Block* SharedBytes::allocate(std::size_t size) {
  RIVER_ASSERT(size <= std::numeric_limits<std::uint32_t>::max());
  void* memory = ::operator new(sizeof(Block) + size);
  return new (memory) Block{1, static_cast<std::uint32_t>(size)};
}

void SharedBytes::free(Block* block) noexcept {
  block->~Block();
  ::operator delete(block);
}

}  // namespace river
