// The rules by themselves. Beast refuses some of this before them, and may cease to one day; the
// rest is in request_reader_hostile_test.cc.
#include "http/head_rules.h"

#include <vector>

#include <gtest/gtest.h>

namespace river::http {
namespace {

std::expected<BodyFraming, ReadError> check(std::vector<Header> headers) {
  headers.push_back({"Host", "a"});
  Request request;
  request.headers = headers;
  return check_head(request, {});
}

TEST(HeadRules, FrameTheBody) {
  EXPECT_EQ(check({})->kind, BodyFraming::Kind::none);
  EXPECT_EQ(check({{"Content-Length", "0"}})->kind, BodyFraming::Kind::none);
  EXPECT_EQ(check({{"Content-Length", "007"}})->kind, BodyFraming::Kind::length);
  EXPECT_EQ(check({{"Content-Length", "007"}})->body_bytes, 7U);
  EXPECT_EQ(check({{"Transfer-Encoding", "chunked"}})->kind, BodyFraming::Kind::chunked);
}

TEST(HeadRules, RefuseAmbiguousFraming) {
  for (const std::vector<Header>& headers : std::vector<std::vector<Header>>{
           {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
           {{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}},
           {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
           {{"Content-Length", "5"}, {"Content-Length", "5"}},
           {{"Content-Length", "5,5"}},
           {{"Content-Length", "-5"}},
           {{"Content-Length", "00000000000000000005"}},
           {{"Content-Length", "18446744073709551621"}}}) {
    const auto framing = check(headers);
    ASSERT_FALSE(framing.has_value()) << headers[0].name << headers[0].value;
    EXPECT_EQ(framing.error().status, 400);
  }
}

}  // namespace
}  // namespace river::http
