#include "base/hash.h"

#include <bit>
#include <cstring>

#include "base/random.h"

namespace river {
namespace {

struct State {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }
};

}  // namespace

std::uint64_t siphash(std::string_view bytes, HashKey key) {
  State state{key.first ^ 0x736f6d6570736575ULL, key.second ^ 0x646f72616e646f6dULL,
              key.first ^ 0x6c7967656e657261ULL, key.second ^ 0x7465646279746573ULL};
  const std::size_t whole = bytes.size() / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i * 8, 8);
    state.d ^= word;
    state.round();
    state.a ^= word;
  }
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  if (bytes.size() % 8 != 0) {
    std::uint64_t tail = 0;
    std::memcpy(&tail, bytes.data() + whole * 8, bytes.size() % 8);
    last |= tail;
  }
  state.d ^= last;
  state.round();
  state.a ^= last;
  state.c ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

const HashKey& process_hash_key() {
  static const HashKey key{random_u64(), random_u64()};
  return key;
}

}  // namespace river
