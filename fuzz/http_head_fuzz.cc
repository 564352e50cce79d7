// Requests out of any bytes, read whole, byte by byte and in random pieces: never a crash, and
// always the same requests and the same error. The input is plain HTTP, so that seeds are readable;
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
#include "http/origin.h"
#include "http/query.h"
#include "http/read_request_for_test.h"
#include "http/request_reader.h"

namespace river::http {
namespace {

// The requests in `input`, one after the other, up to the first that fails or is cut off.
template <typename NextPieceBytes>
std::vector<Outcome> read_all(std::string_view input, const RequestLimits& limits,
                              NextPieceBytes next_piece_bytes) {
  std::vector<Outcome> outcomes;
  do {
    outcomes.push_back(read_in_pieces(input, limits, next_piece_bytes));
    input.remove_prefix(outcomes.back().consumed);
  } while (outcomes.back().status == ReadStatus::complete && !input.empty());
  return outcomes;
}

void expect_same(const std::vector<Outcome>& a, const std::vector<Outcome>& b) {
  RIVER_ASSERT(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    RIVER_ASSERT(a[i].description == b[i].description);
    RIVER_ASSERT(a[i].status == ReadStatus::failed || a[i].consumed == b[i].consumed);
  }
}

void read_every_way(std::string_view input, const RequestLimits& limits) {
  std::minstd_rand random(static_cast<unsigned>(siphash(input, {})));
  const auto whole = read_all(input, limits, [&] { return std::max(input.size(), size_t{1}); });
  expect_same(whole, read_all(input, limits, [] { return std::size_t{1}; }));
  expect_same(whole, read_all(input, limits, [&] { return std::size_t{1} + random() % 40; }));
}

// The decoders that see what a request carried.
void decode(std::string_view input) {
  const RequestLimits limits;
  RequestReader reader(limits);
  if (reader.feed(input).status != ReadStatus::complete) return;
  const Request& request = reader.request();
  (void)path_segments(request.path);
  if (valid_query(request.query)) {
    RIVER_ASSERT(query_parameters(request.query, "channel").has_value());
  }
  const std::vector<std::string> entries{"https://*.example.com"};
  (void)OriginList::parse(entries)->allows(request);
}

}  // namespace
}  // namespace river::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  river::http::read_every_way(input, {});
  river::http::read_every_way(
      input,
      {.head_bytes_max = 120, .target_bytes_max = 30, .headers_max = 4, .body_bytes_max = 20});
  river::http::decode(input);
  return 0;
}
