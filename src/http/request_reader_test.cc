#include "http/request_reader.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/read_request_for_test.h"

namespace river::http {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view publish =
    "POST /v1/publish?wait=1&x=%20 HTTP/1.1\r\n"
    "Host: river.example.com:8080\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "x-api-key:  0123456789abcdef \t\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 46\r\n"
    "\r\n"
    R"({"channel":"dogs","event":"new-post","data":1})";

constexpr std::string_view chunked =
    "POST /publish HTTP/1.1\r\n"
    "Host: [::1]:8080\r\n"
    "Transfer-Encoding: Chunked\r\n"
    "\r\n"
    "4\r\nRive\r\n"
    "00b\r\nr\r\n0\r\n\r\nend\r\n"
    "0\r\n\r\n";

constexpr std::string_view upgrade =
    "GET /v1/ws HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Connection: keep-alive, Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

TEST(RequestReader, ReadsAWholePublishRequest) {
  const RequestLimits limits;
  RequestReader reader(limits);
  EXPECT_FALSE(reader.started());
  const auto result = reader.feed(publish);
  ASSERT_EQ(result.status, ReadStatus::complete);
  EXPECT_EQ(result.consumed, publish.size());
  const Request& request = reader.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/publish?wait=1&x=%20");
  EXPECT_EQ(request.path, "/v1/publish");
  EXPECT_EQ(request.query, "wait=1&x=%20");
  EXPECT_EQ(request.minor_version, 1);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.expects_continue);
  EXPECT_FALSE(request.wants_upgrade());
  EXPECT_EQ(request.headers.size(), 6U);
  EXPECT_EQ(request.header("X-API-Key"), "0123456789abcdef");
  EXPECT_EQ(request.header("x-api-ke"), std::nullopt);
  EXPECT_EQ(request.header_count("ACCEPT"), 1U);
  EXPECT_EQ(request.body, R"({"channel":"dogs","event":"new-post","data":1})");
}

TEST(RequestReader, DoesNotCopyARequestThatComesWhole) {
  const RequestLimits limits;
  RequestReader reader(limits);
  ASSERT_EQ(reader.feed(publish).status, ReadStatus::complete);
  EXPECT_EQ(reader.request().method.data(), publish.data());
  EXPECT_EQ(reader.request().body.data() + reader.request().body.size(),
            publish.data() + publish.size());
}

TEST(RequestReader, JoinsChunks) {
  const Outcome outcome = read_whole(chunked);
  ASSERT_EQ(outcome.status, ReadStatus::complete);
  EXPECT_THAT(outcome.description, HasSubstr("body=River\r\n0\r\n\r\nend"));
  EXPECT_EQ(outcome.consumed, chunked.size());
}

TEST(RequestReader, ReadsTheSameHoweverARequestIsCut) {
  for (const std::string_view input : {publish, chunked, upgrade}) {
    const Outcome whole = read_whole(input);
    ASSERT_EQ(whole.status, ReadStatus::complete);
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
      const Outcome in_two = read_cut_at(input, cut);
      ASSERT_EQ(in_two.description, whole.description) << "cut at " << cut;
      ASSERT_EQ(in_two.consumed, whole.consumed) << "cut at " << cut;
    }
    EXPECT_EQ(read_byte_by_byte(input).description, whole.description);
  }
}

TEST(RequestReader, IsIncompleteWithoutItsLastByte) {
  for (const std::string_view input : {publish, chunked, upgrade}) {
    for (std::size_t size = 0; size < input.size(); ++size) {
      const Outcome outcome = read_whole(input.substr(0, size));
      ASSERT_EQ(outcome.description, "incomplete") << size;
      ASSERT_EQ(outcome.consumed, size);
    }
  }
}

TEST(RequestReader, LeavesPipelinedRequestsToTheCaller) {
  const RequestLimits limits;
  RequestReader reader(limits);
  const std::string input = std::string(publish) + std::string(chunked) + std::string(upgrade);
  std::string_view rest = input;
  for (const std::string_view expected : {publish, chunked, upgrade}) {
    const auto result = reader.feed(rest);
    ASSERT_EQ(result.status, ReadStatus::complete);
    EXPECT_EQ(result.consumed, expected.size());
    EXPECT_EQ(describe(reader, result.status), read_whole(expected).description);
    rest.remove_prefix(result.consumed);
    reader.reset();
    EXPECT_FALSE(reader.started());
  }
  EXPECT_TRUE(rest.empty());
}

TEST(RequestReader, ForgetsTheRequestBefore) {
  const RequestLimits limits;
  RequestReader reader(limits);
  const std::string large =
      "POST /large HTTP/1.1\r\nHost: a\r\nX: y\r\nContent-Length: 9000\r\n\r\n" +
      std::string(9000, 'x');
  const std::string_view plain = "GET / HTTP/1.0\r\n\r\n";
  for (const std::string_view input :
       {chunked, chunked, publish, std::string_view(large), publish, plain, chunked, plain}) {
    (void)reader.feed(input.substr(0, input.size() - 3));
    const auto result = reader.feed(input.substr(input.size() - 3));
    ASSERT_EQ(result.status, ReadStatus::complete);
    EXPECT_EQ(describe(reader, result.status), read_whole(input).description);
    reader.reset();
  }
}

TEST(RequestReader, LeavesBytesBehindAnUpgradeToTheNewProtocol) {
  const std::string frame = "\x81\x80\x01\x02\x03\x04";
  const std::string input = std::string(upgrade) + frame;
  const Outcome outcome = read_whole(input);
  EXPECT_EQ(outcome.status, ReadStatus::complete);
  EXPECT_EQ(input.substr(outcome.consumed), frame);
}

TEST(RequestReader, SaysOnceWhenTheHeadIsComplete) {
  const RequestLimits limits;
  RequestReader reader(limits);
  const std::string head =
      "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n";
  EXPECT_EQ(reader.feed(head.substr(0, 10)).status, ReadStatus::incomplete);
  EXPECT_TRUE(reader.started());
  EXPECT_FALSE(reader.body_started());
  EXPECT_EQ(reader.feed(head.substr(10)).status, ReadStatus::head_complete);
  EXPECT_TRUE(reader.body_started());
  EXPECT_TRUE(reader.request().expects_continue);
  EXPECT_EQ(reader.request().path, "/x");
  EXPECT_EQ(reader.feed("ab").status, ReadStatus::incomplete);
  const auto result = reader.feed("cdGET");
  EXPECT_EQ(result.status, ReadStatus::complete);
  EXPECT_EQ(result.consumed, 2U);
  EXPECT_EQ(reader.request().body, "abcd");
}

TEST(RequestReader, IgnoresExpectOfHttp10AndRefusesOthers) {
  const std::string old = "PUT /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na";
  EXPECT_THAT(read_whole(old).description, Not(HasSubstr("expects-continue")));
  const std::string other = "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n";
  EXPECT_THAT(read_whole(other).description, HasSubstr("417 "));
}

TEST(RequestReader, KeepsConnectionsAliveAsTheVersionAndTheClientSay) {
  const auto kept = [](std::string_view version_and_headers) {
    const Outcome outcome =
        read_whole("GET / " + std::string(version_and_headers) + "Host: a\r\n\r\n");
    EXPECT_EQ(outcome.status, ReadStatus::complete) << outcome.description;
    return outcome.description.contains(" keep-alive");
  };
  EXPECT_TRUE(kept("HTTP/1.1\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1\r\nConnection: close\r\n"));
  EXPECT_FALSE(kept("HTTP/1.1\r\nConnection: Upgrade, CLOSE\r\n"));
  EXPECT_FALSE(kept("HTTP/1.0\r\n"));
  EXPECT_TRUE(kept("HTTP/1.0\r\nConnection: Keep-Alive\r\n"));
}

TEST(RequestReader, ReadsHttp10WithoutHost) {
  EXPECT_EQ(read_whole("GET / HTTP/1.0\r\n\r\n").status, ReadStatus::complete);
}

TEST(RequestReader, StaysFailed) {
  const RequestLimits limits;
  RequestReader reader(limits);
  EXPECT_EQ(reader.feed("\x16\x03\x01").status, ReadStatus::failed);  // TLS on a plain port
  EXPECT_EQ(reader.feed(publish).status, ReadStatus::failed);
  EXPECT_EQ(reader.error().status, 400);
  EXPECT_EQ(reader.error().code, "invalid_request");
}

TEST(RequestReader, GivesWhatCameOfAHeadThatItDidNotRead) {
  for (const std::string& head : {std::string("GET /a HTTP/1.1\r\nHost: a\r\nOrigin: b\r\nX"),
                                  std::string("GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")}) {
    for (const std::size_t cut : {std::size_t{0}, std::size_t{20}, head.size() - 1}) {
      const RequestLimits limits{.head_bytes_max = head.size()};
      RequestReader reader(limits);
      static_cast<void>(reader.feed(std::string_view(head).substr(0, cut)));
      const std::string_view last = std::string_view(head).substr(cut);
      ASSERT_EQ(reader.feed(last).status, ReadStatus::failed);
      EXPECT_EQ(reader.unread_head(last), head) << cut;
    }
  }
}

TEST(RequestReader, AcceptsSizesUpToEachLimitAndNotOneMore) {
  const RequestLimits limits{
      .head_bytes_max = 60, .target_bytes_max = 20, .headers_max = 2, .body_bytes_max = 5};
  const auto read = [&](std::string_view input) { return read_whole(input, limits).description; };
  const std::string end = " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_THAT(read("GET /" + std::string(19, 'a') + end), HasSubstr("GET /a"));
  EXPECT_THAT(read("GET /" + std::string(20, 'a') + end), HasSubstr("414 uri_too_long"));

  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string fits = start + std::string(60 - start.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_THAT(read(fits), HasSubstr("GET /"));
  EXPECT_THAT(read(start + "x" + fits.substr(start.size())), HasSubstr("431 headers_too_large"));
  EXPECT_THAT(read("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n"),
              HasSubstr("431 headers_too_large there are more than 2 headers"));

  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_THAT(read(post + "Content-Length: 5\r\n\r\nabcde"), HasSubstr("body=abcde"));
  EXPECT_THAT(read(post + "Content-Length: 6\r\n\r\n"), HasSubstr("413 body_too_large"));
}

TEST(RequestReader, CountsChunkedBodiesAsTheyGrow) {
  const RequestLimits limits{.body_bytes_max = 5};
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto read = [&](std::string_view body) {
    return read_whole(post + std::string(body), limits).description;
  };
  EXPECT_THAT(read("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), HasSubstr("body=abcde"));
  EXPECT_THAT(read("6\r\n"), HasSubstr("413 "));
  EXPECT_THAT(read("3\r\nabc\r\n3\r\n"), HasSubstr("413 "));
  EXPECT_THAT(read("3\r\nabc\r\nffffffffffffffff\r\n"), HasSubstr("413 "));
}

TEST(RequestReader, ReadsEightMegabytesByteByByteInLinearTime) {
  const RequestLimits limits{.body_bytes_max = 8 * limits::mib};
  const std::string by_length = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n" +
                                std::string(8 * limits::mib, 'x');
  EXPECT_EQ(read_byte_by_byte(by_length, limits).status, ReadStatus::complete);
}

TEST(RequestReader, ReadsAHundredLongHeadsByteByByteInLinearTime) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(8000, 'x') + "\r\n\r\n";
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(read_byte_by_byte(head).status, ReadStatus::complete);
  }
}

}  // namespace
}  // namespace river::http
