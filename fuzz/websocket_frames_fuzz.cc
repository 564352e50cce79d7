// A client's bytes, read whole, byte by byte and in random pieces: never a crash, and always the
// same messages and the same close code. The input is what came on the wire after the handshake;
// the pieces are drawn from a hash of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/hash.h"
#include "websocket/message_reader.h"
#include "websocket/recording_sink_for_test.h"

namespace river::websocket {
namespace {

std::vector<std::size_t> random_cuts(std::string_view input) {
  std::minstd_rand random(static_cast<unsigned>(siphash(input, {})));
  std::vector<std::size_t> cuts(random() % 20);
  for (std::size_t& cut : cuts) cut = random() % (input.size() + 1);
  std::ranges::sort(cuts);
  return cuts;
}

void read_every_way(std::string_view input, const ReaderOptions& options) {
  const std::string bytes(input);
  const Outcome whole = read_cut(bytes, {}, options);
  RIVER_ASSERT(read_cut(bytes, cuts_at_every_byte(bytes.size()), options) == whole);
  RIVER_ASSERT(read_cut(bytes, random_cuts(input), options) == whole);
  for (const std::string& call : whole.calls) {
    RIVER_ASSERT(call.size() <= std::max<std::size_t>(options.message_bytes_max, 125) + 16);
  }
}

}  // namespace
}  // namespace river::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  river::websocket::read_every_way(input, {.deflate = false});
  // Limits low enough to be reached.
  river::websocket::read_every_way(input,
                                   {.message_bytes_max = 300, .fragments_max = 3, .deflate = true});
  return 0;
}
