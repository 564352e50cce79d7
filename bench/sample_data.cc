#include "sample_data.h"

#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "fail.h"

namespace river::bench {
namespace {

// The same every time: a linear congruential generator (Knuth's MMIX).
class Dice {
 public:
  std::uint64_t next(std::uint64_t below) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state_ >> 33) % below;
  }

 private:
  std::uint64_t state_ = 42;
};

constexpr std::array<std::string_view, 8> names{"Ada",  "Grace", "Edsger", "Barbara",
                                                "Alan", "Radia", "Leslie", "Frances"};
constexpr std::array<std::string_view, 8> words{"wrote",   "moved", "the", "card",
                                                "because", "it",    "was", "finished"};

std::string record(Dice& dice) {
  std::string text;
  for (int i = 0; i < 6; ++i) text += (i > 0 ? " " : "") + std::string(words[dice.next(8)]);
  return fmt::format(
      R"({{"id":{},"author":"{}","created":"2026-0{}-1{}T0{}:2{}:3{}Z","text":"{}","likes":{}}})",
      dice.next(10'000'000), names[dice.next(8)], dice.next(9) + 1, dice.next(10), dice.next(10),
      dice.next(10), dice.next(10), text, dice.next(200));
}

}  // namespace

std::string sample_data(std::size_t bytes, bool compressible) {
  if (!compressible || bytes < 300) return '"' + std::string(bytes - 2, 'x') + '"';
  Dice dice;
  std::string data = R"({"records":[)";
  for (;;) {
    const std::string next = record(dice);
    // `],"rest":""}` and a comma have to fit behind it.
    if (data.size() + next.size() + 14 > bytes) break;
    if (data.back() != '[') data += ',';
    data += next;
  }
  data += R"(],"rest":")";
  while (data.size() + 2 < bytes) data += static_cast<char>('a' + dice.next(26));
  return data + "\"}";
}

std::string sample_data_in_frame(std::size_t wire_bytes, std::size_t envelope_bytes,
                                 bool compressible) {
  const std::size_t header = wire_bytes - 2 < 126 ? 2 : 4;  // RFC 6455 5.2, not masked
  if (wire_bytes < header + envelope_bytes + 2) {
    fail(fmt::format("an event of {} bytes is too small: it takes {} without data", wire_bytes,
                     header + envelope_bytes + 2));
  }
  return sample_data(wire_bytes - header - envelope_bytes, compressible);
}

}  // namespace river::bench
