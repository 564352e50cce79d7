#include "websocket/deflate.h"

#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/limits.h"

namespace river::websocket {
namespace {

using namespace std::string_literals;  // for literals with NULs in them

constexpr std::size_t mib = limits::mib;

// What a client does with a compressed message. It takes what comes out in small pieces, so that it
// has nothing to copy from but its window, and no more of that than was agreed on.
std::string inflated_by_peer(const std::string& compressed, int window_bits) {
  std::string input = compressed + "\x00\x00\xff\xff"s;
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -window_bits), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out;
  std::array<char, 100> piece;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&stream, Z_SYNC_FLUSH);
    if (status != Z_OK && status != Z_BUF_ERROR) {
      ADD_FAILURE() << stream.msg;
      break;
    }
    out.append(piece.data(), piece.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  inflateEnd(&stream);
  return out;
}

// Runs and noise mixed, so that there are matches near and far.
std::string random_message(std::mt19937& random, std::size_t size) {
  std::string message;
  while (message.size() < size) {
    const auto run = 1 + random() % 300;
    if (random() % 2 == 0 && !message.empty()) {
      message += message.substr(random() % message.size(), run);
    } else {
      for (std::size_t i = 0; i < run; ++i) message += static_cast<char>(random());
    }
  }
  message.resize(size);
  return message;
}

std::string outcome(std::string_view compressed, std::size_t bytes_max = 100) {
  Inflater inflater;
  const auto inflated = inflater.inflate(compressed, bytes_max);
  if (inflated) return "inflated " + std::string(*inflated);
  return inflated.error() == InflateError::too_large ? "too large" : "bad data";
}

TEST(Deflater, IsUnderstoodByAPeerAtEveryWindowSize) {
  Deflater deflater;
  std::mt19937 random(1);
  for (std::uint8_t bits = Deflater::window_bits_min; bits <= Deflater::window_bits_max; ++bits) {
    for (const std::size_t size : {0, 1, 100, 1'024, 65'536, 300'000}) {
      const std::string message = random_message(random, size);
      ASSERT_EQ(inflated_by_peer(deflater.compress(message, bits), bits), message)
          << int{bits} << " " << size;
    }
  }
}

TEST(Deflater, StripsTheFlushMark) {
  Deflater deflater;
  EXPECT_EQ(deflater.compress("Hello", 15), "\xf2\x48\xcd\xc9\xc9\x07\x00"s);  // RFC 7692 §7.2.3.1
}

TEST(Deflater, CompressesAnEmptyMessageToOneByte) {
  Deflater deflater;
  EXPECT_EQ(deflater.compress("", 15), "\x00"s);  // RFC 7692 §7.2.3.6
}

TEST(Deflater, KeepsNothingOfEarlierMessages) {
  Deflater deflater;
  const std::string first = deflater.compress("the same message again", 15);
  EXPECT_EQ(deflater.compress("the same message again", 15), first);
}

TEST(Deflater, MakesAPublicationWithAPatternSmaller) {
  Deflater deflater;
  std::string message;
  for (int i = 0; i < 100; ++i) message += R"({"event":"new-post","data":{"title":"dogs"}})";
  EXPECT_LT(deflater.compress(message, 15).size(), message.size() / 10);
}

TEST(Deflater, GrowsNoiseByLittle) {
  Deflater deflater;
  std::mt19937 random(2);
  std::string noise(limits::message_bytes_max, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  const std::string compressed = deflater.compress(noise, 9);
  EXPECT_LT(compressed.size(), noise.size() + noise.size() / 100);
  EXPECT_EQ(inflated_by_peer(compressed, 9), noise);
}

TEST(Deflater, WorksAgainAfterItsMemoryWasReleased) {
  Deflater deflater;
  const std::string before = deflater.compress("Hello", 12);
  deflater.release();
  EXPECT_EQ(deflater.compress("Hello", 12), before);
}

// A loop that compressed something once kept 256 KiB for it ever after.
TEST(Deflater, GivesItsMemoryBackOnceItIsNotUsed) {
  Deflater deflater;
  static_cast<void>(deflater.compress("Hello", 9));
  deflater.release_if_unused();
  EXPECT_TRUE(deflater.holds_memory());
  static_cast<void>(deflater.compress("Hello", 15));
  deflater.release_if_unused();
  EXPECT_TRUE(deflater.holds_memory());
  deflater.release_if_unused();
  EXPECT_FALSE(deflater.holds_memory());
}

TEST(Inflater, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(outcome("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "inflated Hello");  // §7.2.3.1
  EXPECT_EQ(outcome("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "inflated Hello");  // 7.2.3.3
  EXPECT_EQ(outcome("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "inflated Hello");  // §7.2.3.4
  EXPECT_EQ(outcome("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s),
            "inflated Hello");               // §7.2.3.5
  EXPECT_EQ(outcome("\x00"s), "inflated ");  // §7.2.3.6
}

TEST(Inflater, ReadsAMessageThatEndsWithItsFinalBlock) {
  EXPECT_EQ(outcome("\xf3\x48\xcd\xc9\xc9\x07\x00"s), "inflated Hello");
}

TEST(Inflater, ReadsBlocksBehindAFinalBlock) {
  EXPECT_EQ(outcome("\xf3\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"s),
            "inflated HelloHello");
}

TEST(Inflater, TakesNothingForAnEmptyMessage) {
  EXPECT_EQ(outcome(""), "inflated ");
}

TEST(Inflater, RefusesWhatIsNotDeflate) {
  EXPECT_EQ(outcome("\xff\xff\xff\xff\xff"), "bad data");
  EXPECT_EQ(outcome("\x06"), "bad data");  // block type 3
}

TEST(Inflater, RefusesAStoredBlockCutShort) {
  EXPECT_EQ(outcome("\x00\x10\x00\xef\xff"s + "Hello"), "bad data");
}

TEST(Inflater, RefusesEveryMessageCutShort) {
  Deflater deflater;
  const std::string whole = deflater.compress("Hello, hello, hello, and good-bye", 15);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(outcome(whole.substr(0, size)), "bad data") << size;
  }
}

TEST(Inflater, RefusesADistanceBeforeTheMessage) {
  // A fixed block of an `a` and a match 3 bytes long and 1 back, then the same without the `a`.
  EXPECT_EQ(outcome("\x4a\x04\x02\x00\x00"s), "inflated aaaa");
  EXPECT_EQ(outcome("\x02\x02\x00\x00"s), "bad data");
}

TEST(Inflater, TakesAMessageOfExactlyTheLimit) {
  Deflater deflater;
  const std::string compressed = deflater.compress(std::string(5'000, 'a'), 15);
  EXPECT_EQ(outcome(compressed, 5'000), "inflated " + std::string(5'000, 'a'));
  EXPECT_EQ(outcome(compressed, 4'999), "too large");
  EXPECT_EQ(outcome(compressed, 0), "too large");
}

TEST(Inflater, StopsABombAtTheLimit) {
  Deflater deflater;
  const std::string bomb = deflater.compress(std::string(100 * mib, '\0'), 15);
  ASSERT_LT(bomb.size(), 200'000U);
  Inflater inflater;
  for (int i = 0; i < 20; ++i) {
    const auto inflated = inflater.inflate(bomb, limits::message_bytes_max);
    ASSERT_FALSE(inflated);
    EXPECT_EQ(inflated.error(), InflateError::too_large);
    EXPECT_LE(inflater.buffer_bytes(), limits::message_bytes_max + 1);
  }
}

TEST(Inflater, TakesLittleMemoryForALittleMessage) {
  Inflater inflater;
  ASSERT_TRUE(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 16 * mib));
  EXPECT_LE(inflater.buffer_bytes(), 4'096U);
}

TEST(Inflater, ReadsTheNextMessageAfterABadOne) {
  Inflater inflater;
  EXPECT_FALSE(inflater.inflate("\xff\xff\xff", 100));
  EXPECT_EQ(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 100), "Hello");
}

TEST(Inflater, ReleasesItsMemoryAndWorksAgain) {
  Inflater inflater;
  ASSERT_TRUE(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 100));
  inflater.release();
  EXPECT_EQ(inflater.buffer_bytes(), 0U);
  EXPECT_EQ(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 100), "Hello");
}

TEST(Inflater, GivesItsMemoryBackOnceItIsNotUsed) {
  Inflater inflater;
  ASSERT_TRUE(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 100));
  inflater.release_if_unused();
  EXPECT_TRUE(inflater.holds_memory());
  EXPECT_FALSE(inflater.inflate("\xff\xff\xff", 100)) << "what fails uses it, too";
  inflater.release_if_unused();
  EXPECT_TRUE(inflater.holds_memory());
  inflater.release_if_unused();
  EXPECT_FALSE(inflater.holds_memory());
  EXPECT_EQ(inflater.buffer_bytes(), 0U);
}

TEST(Inflater, GivesEachOfManyInterleavedMessagesItsExactBytes) {
  Deflater deflater;
  Inflater inflater;
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    const std::string message = random_message(random, random() % 20'000);
    const auto bits = static_cast<std::uint8_t>(9 + random() % 7);
    const std::string compressed = deflater.compress(message, bits);
    const std::string other = deflater.compress("another message", bits);
    ASSERT_EQ(inflater.inflate(compressed, mib), message) << i;
    ASSERT_EQ(inflater.inflate(other, mib), "another message") << i;
  }
}

}  // namespace
}  // namespace river::websocket
