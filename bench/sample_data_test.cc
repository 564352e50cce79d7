#include "sample_data.h"

#include <gtest/gtest.h>

#include "websocket/deflate.h"

namespace river::bench {
namespace {

TEST(SampleData, HasExactlyTheSize) {
  for (const bool compressible : {false, true}) {
    for (const std::size_t bytes : {2U, 299U, 300U, 301U, 2000U, 2001U, 60'000U}) {
      EXPECT_EQ(sample_data(bytes, compressible).size(), bytes);
    }
  }
}

TEST(SampleData, CompressesAsJsonDoes) {
  websocket::Deflater deflater;
  const std::string data = sample_data(2000, true);
  const std::size_t compressed = deflater.compress(data, 15).size();
  EXPECT_GT(compressed, data.size() / 6);
  EXPECT_LT(compressed, data.size() / 2);
}

}  // namespace
}  // namespace river::bench
