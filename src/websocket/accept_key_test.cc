#include "websocket/accept_key.h"

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

TEST(AcceptKey, MatchesTheExampleOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(AcceptKey, RefusesWhatIsNotSixteenBytesInBase64) {
  EXPECT_FALSE(accept_key(""));
  EXPECT_FALSE(accept_key("dGVzdA=="));                  // 4 bytes
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25jZTE="));  // 17 bytes
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25jZTEy"));  // 18 bytes
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25jZQ===="));
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25jZQ="));
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25jZQ"));
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25j=Q=="));
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25 ZQ=="));
  EXPECT_FALSE(accept_key("dGhlIHNhbXBsZSBub25-ZQ=="));  // base64url
  EXPECT_FALSE(accept_key(" dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_FALSE(accept_key(std::string(4096, 'A')));
  EXPECT_FALSE(accept_key(std::string(4096, 'A') + "=="));
}

}  // namespace
}  // namespace river::websocket
