// However the bytes are cut, a reader finds the same.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "websocket/client_frame_for_test.h"
#include "websocket/message_reader.h"
#include "websocket/recording_sink_for_test.h"

namespace river::websocket {
namespace {

constexpr ReaderOptions options{.message_bytes_max = 100'000, .fragments_max = 64, .deflate = true};

Outcome read(const std::string& bytes, const std::vector<std::size_t>& cuts) {
  return read_cut(bytes, cuts, options);
}

std::vector<std::string> sequences() {
  Deflater deflater;
  const std::string compressed = deflater.compress("hello, hello, hello, hello", 12);
  const ClientFrame ping{.opcode = Opcode::ping, .payload = "p"};
  const ClientFrame close{.opcode = Opcode::close, .payload = "\x03\xe8 bye é"};
  const auto rest = [](std::string payload, bool final) {
    return ClientFrame{
        .opcode = Opcode::continuation, .payload = std::move(payload), .final = final};
  };
  return {
      client_bytes({{.payload = "Hello"}, {.payload = ""}, ping, close, {.payload = "late"}}),
      client_bytes({{.payload = "κόσ", .final = false}, ping, rest("με 😀", true), close}),
      client_bytes({{.opcode = Opcode::binary, .payload = std::string(200, '\xff')}, close}),
      client_bytes({{.payload = compressed, .compressed = true}, ping}),
      client_bytes({{.payload = compressed.substr(0, 4), .final = false, .compressed = true},
                    ping,
                    rest(compressed.substr(4, 1), false),
                    rest(compressed.substr(5), true)}),
      client_bytes({{.payload = "bad \xed\xa0\x80 text"}, ping}),
      client_bytes({{.payload = "cut \xe2", .final = false}, rest("\x82", true), ping}),
      client_bytes({{.payload = "a", .final = false}, ping, {.payload = "b"}}),
      client_bytes({{.opcode = Opcode::close, .payload = "\x03\xe8 reason \xff"}}),
      client_bytes({{.opcode = Opcode::close, .payload = "\x03\xed reason"}}),
      client_bytes({{.payload = "\x07 not deflate", .compressed = true}, ping}),
      client_bytes({ping, {.opcode = Opcode::continuation, .payload = "x"}}),
      client_bytes(ping) + "\x81\x05hello",
      client_bytes(ping) + client_header({.opcode = Opcode::binary}, 100'001),
      client_bytes(ping) + client_header({.opcode = Opcode::binary}, 99'999) + "unfinished",
  };
}

TEST(MessageReaderSplit, AnyOneCutChangesNothing) {
  for (const std::string& bytes : sequences()) {
    const Outcome whole = read(bytes, {});
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      ASSERT_EQ(read(bytes, {cut}), whole) << testing::PrintToString(bytes) << cut;
    }
  }
}

TEST(MessageReaderSplit, AnyTwoCutsChangeNothing) {
  for (const std::string& bytes : sequences()) {
    const Outcome whole = read(bytes, {});
    for (std::size_t first = 0; first <= std::min<std::size_t>(bytes.size(), 80); ++first) {
      for (std::size_t second = first; second <= std::min<std::size_t>(bytes.size(), 80);
           ++second) {
        ASSERT_EQ(read(bytes, {first, second}), whole)
            << testing::PrintToString(bytes) << first << " " << second;
      }
    }
  }
}

TEST(MessageReaderSplit, ReadingByteByByteChangesNothing) {
  for (const std::string& bytes : sequences()) {
    ASSERT_EQ(read(bytes, cuts_at_every_byte(bytes.size())), read(bytes, {}))
        << testing::PrintToString(bytes);
  }
}

// A client of whims: makes a random sequence of frames and says what must be found in them.
class RandomClient {
 public:
  explicit RandomClient(std::uint32_t seed) : random_(seed) {}

  void send_message() {
    const bool text = below(2) == 0;
    const std::string message = text ? random_text() : random_bytes(below(2'000));
    const bool compressed = below(3) == 0;
    const std::string wire =
        compressed ? deflater_.compress(message, static_cast<std::uint8_t>(9 + below(7))) : message;
    std::size_t at = 0;
    bool first = true;
    bool final = false;
    while (!final) {
      final = below(2) == 0 || at == wire.size();
      const std::size_t size = final ? wire.size() - at : below(wire.size() - at + 1);
      bytes_ += client_bytes({.opcode = !first ? Opcode::continuation
                                        : text ? Opcode::text
                                               : Opcode::binary,
                              .payload = wire.substr(at, size),
                              .final = final,
                              .compressed = compressed && first,
                              .mask = random_mask()});
      at += size;
      first = false;
      if (!final && below(3) == 0) send_ping();
    }
    expected_.push_back((text ? "text " : "binary ") + message);
  }

  void send_ping() {
    const std::string payload = random_bytes(below(126));
    const bool ping = below(2) == 0;
    bytes_ += client_bytes(
        {.opcode = ping ? Opcode::ping : Opcode::pong, .payload = payload, .mask = random_mask()});
    expected_.push_back((ping ? "ping " : "pong ") + payload);
  }

  std::vector<std::size_t> random_cuts() {
    std::vector<std::size_t> cuts(below(40));
    for (std::size_t& cut : cuts) cut = below(bytes_.size() + 1);
    std::ranges::sort(cuts);
    return cuts;
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }
  const std::string& bytes() const { return bytes_; }
  const std::vector<std::string>& expected() const { return expected_; }

 private:
  std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  std::string random_text() {
    static constexpr const char* characters[] = {"a", "Z", " ", "é", "μ", "€", "語", "😀"};
    std::string text;
    for (std::size_t i = below(1'000); i > 0; --i) text += characters[below(8)];
    return text;
  }
  MaskKey random_mask() {
    MaskKey mask;
    for (char& byte : mask) byte = static_cast<char>(random_());
    return mask;
  }

  std::mt19937 random_;
  Deflater deflater_;
  std::string bytes_;
  std::vector<std::string> expected_;
};

TEST(MessageReaderSplit, RandomSequencesCutAtRandomAreReadAsTheyWereSent) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    RandomClient client(seed);
    for (std::size_t i = 1 + client.below(8); i > 0; --i) client.send_message();
    for (int round = 0; round < 4; ++round) {
      const Outcome outcome = read(client.bytes(), client.random_cuts());
      ASSERT_EQ(outcome.close_code, 0) << "seed " << seed;
      ASSERT_TRUE(outcome.idle) << "seed " << seed;
      ASSERT_EQ(outcome.calls, client.expected()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace river::websocket
