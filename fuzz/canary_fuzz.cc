// A planted bug that the fuzzer must find: a read past the heap, behind four magic bytes that only
// coverage feedback finds within a minute. ./dev fuzz fails if it does not crash.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace {

constexpr char magic[] = {'r', 'i', 'v', 'e'};

bool starts_with_magic(std::span<const std::uint8_t> input) {
  if (input.size() < sizeof magic) return false;
  // One branch a byte, so that each right byte is progress which the fuzzer sees.
  for (std::size_t index = 0; index < sizeof magic; ++index) {
    if (input[index] != magic[index]) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::span input(bytes, size);
  if (!starts_with_magic(input)) return 0;
  const std::vector<std::uint8_t> copy(input.begin(), input.end());
  return copy.data()[copy.size()] == magic[0] ? -1 : 0;
}
