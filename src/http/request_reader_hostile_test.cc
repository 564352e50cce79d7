// Hostile requests, by the rows of the threat list that concern reading HTTP: each by its input and
// its right answer, read whole, byte by byte, and cut at every byte.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "http/read_request_for_test.h"
#include "http/request_reader.h"

namespace river::http {
namespace {

using ::testing::StartsWith;

std::string answer_to(const std::string& input) {
  const Outcome whole = read_whole(input);
  EXPECT_EQ(read_byte_by_byte(input).description, whole.description) << input.substr(0, 200);
  const std::size_t cuts = std::min<std::size_t>(input.size(), 400);
  for (std::size_t cut = 0; cut < cuts; ++cut) {
    EXPECT_EQ(read_cut_at(input, cut).description, whole.description) << "cut at " << cut;
  }
  return whole.description;
}

// A right request with `line` among its headers.
std::string get_with(const std::string& line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\nAccept: */*\r\n\r\n";
}

std::string post_with(const std::string& lines, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n" + body;
}

std::string chunked_with(const std::string& body) {
  return post_with("Transfer-Encoding: chunked", body);
}

// What follows a bad request must never be answered.
const std::string smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(HostileRequest, TheHelpersMakeRightRequests) {
  EXPECT_THAT(answer_to(get_with("X: y")), StartsWith("GET / "));
  EXPECT_THAT(answer_to(post_with("Content-Length: 1", "a")), StartsWith("POST / "));
  EXPECT_THAT(answer_to(chunked_with("1\r\na\r\n0\r\n\r\n")), StartsWith("POST / "));
}

TEST(HostileRequest, TwoThousandHeadersAreTooMany) {  // A1
  std::string headers = "GET /v1/ws HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 2000; ++i) headers += "ab:\r\n";
  EXPECT_THAT(answer_to(headers + "Upgrade: websocket\r\n\r\n"),
              StartsWith("431 headers_too_large there are more than 100 headers"));
}

TEST(HostileRequest, AHugeHeadIsRefusedAtItsLimit) {  // A2
  const RequestLimits limits;
  const auto bytes_taken = [&](const std::string& start, int status) {
    RequestReader reader(limits);
    std::size_t taken = 0;
    for (const char byte : start + std::string(1 * limits::mib, 'a')) {
      ++taken;
      if (reader.feed({&byte, 1}).status == ReadStatus::failed) break;
    }
    EXPECT_EQ(reader.error().status, status);
    return taken;
  };
  EXPECT_EQ(bytes_taken("GET / HTTP/1.1\r\nHost: a\r\nX: ", 431), limits.head_bytes_max);
  EXPECT_EQ(bytes_taken("GET /", 414), limits.target_bytes_max + 5);
  EXPECT_EQ(bytes_taken("", 501), 17U);  // no method is as long

  std::string endless = "GET / HTTP/1.1\r\nHost: a\r\n";
  while (endless.size() < 64 * limits::kib) endless += "X: " + std::string(1000, 'x') + "\r\n";
  EXPECT_THAT(answer_to(endless), StartsWith("431 "));
}

TEST(HostileRequest, ABodyIsRefusedBeforeAnyOfItsBytes) {
  EXPECT_THAT(answer_to(post_with("Content-Length: 1048577", "")), StartsWith("413 "));
  EXPECT_THAT(answer_to(chunked_with("100001\r\n")), StartsWith("413 "));
}

TEST(HostileRequest, LengthAndChunksTogetherAreRefused) {  // A10
  const std::string body = "0\r\n\r\n" + smuggled;
  EXPECT_THAT(answer_to(post_with("Content-Length: 5\r\nTransfer-Encoding: chunked", body)),
              StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with("Transfer-Encoding: chunked\r\nContent-Length: 5", body)),
              StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with("Transfer-Encoding: gzip\r\nContent-Length: 5", body)),
              StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with("Content-Length: 0\r\nTransfer-Encoding: chunked", body)),
              StartsWith("400 "));
}

TEST(HostileRequest, AContentLengthThatIsNotOneNumberIsRefused) {  // A10
  for (const std::string value :
       {"-1", "1e20", "+5", "", " ", "5, 5", "5,5", "5,6", "5 5", "0x5", "5.0", "5;", "\"5\"", "٥",
        "100000000000000000000", "18446744073709551616", "99999999999999999999999", "five"}) {
    EXPECT_THAT(answer_to(post_with("Content-Length: " + value, "abcde" + smuggled)),
                StartsWith("400 "))
        << value;
  }
  for (const std::string lines :
       {"Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 0\r\ncontent-length: 0", "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length : 5", "Content-Length\t: 5", " Content-Length: 5"}) {
    EXPECT_THAT(answer_to(post_with(lines, "abcde" + smuggled)), StartsWith("400 ")) << lines;
  }
}

TEST(HostileRequest, ATransferEncodingOtherThanChunkedIsRefused) {  // A10
  for (const std::string lines :
       {"Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: ", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked,",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding: \x0b"
        "chunked",
        "Transfer-Encoding:\r\n chunked"}) {
    EXPECT_THAT(answer_to(post_with(lines, "0\r\n\r\n" + smuggled)), StartsWith("400 ")) << lines;
  }
  EXPECT_THAT(answer_to("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("400 "));
}

TEST(HostileRequest, HeaderLinesThatParsersReadDifferentlyAreRefused) {  // A10
  using namespace std::string_literals;
  for (const std::string& line : {"Host : a"s,
                                  "X\t: y"s,
                                  ": y"s,
                                  "X"s,
                                  "X y"s,
                                  "X;: y"s,
                                  "X\xc3\xa9: y"s,
                                  "X(: y"s,
                                  "X: y\r\n folded"s,
                                  "X: y\r\n\tfolded"s,
                                  " X: y"s,
                                  "\tX: y"s,
                                  "X: a\rb"s,
                                  "X: a\r\r"s,
                                  "X: a\nY: b"s,
                                  "X: a\n"s,
                                  "\nX: a"s,
                                  "X\r: y"s,
                                  "X: a\0b"s,
                                  "X\0: a"s,
                                  "\0"s,
                                  "X: \x01"s,
                                  "X: \x7f"s,
                                  "X: \x1b[31m"s}) {
    EXPECT_THAT(answer_to(get_with(line)), StartsWith("400 ")) << line;
  }
  EXPECT_THAT(answer_to("GET / HTTP/1.1\nHost: a\n\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: a\r\n\rX"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), StartsWith("400 "));
}

TEST(HostileRequest, AHostThatIsNotOneHostIsRefused) {  // A10
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\n\r\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nX: y\r\n\r\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to(get_with("Host: a")), StartsWith("400 "));
  EXPECT_THAT(answer_to(get_with("hOST: b")), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), StartsWith("400 "));
  for (const std::string host :
       {"",    "a b",   "a/b",     "a,b",      "a@b",  "user:pass@a", "a:",
        "a:0", "a:080", "a:65536", "a:80:80",  "a:-1", "a:+1",        "a:x",
        ".a",  "a.",    "a..b",    "[",        "[]",   "[::1",        "[::1]x",
        "[g]", "a\"",   "<a>",     "http://a", "*",    "%61",         "caf\xc3\xa9"}) {
    EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), StartsWith("400 "))
        << host;
  }
  for (const std::string host : {"a", "a-b.example_1.com", "127.0.0.1", "localhost:8080", "[::1]",
                                 "[::ffff:1.2.3.4]:443", "a:65535"}) {
    EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), StartsWith("GET / "))
        << host;
  }
}

TEST(HostileRequest, ATooLongHostIsRefused) {
  const auto get_from = [](const std::string& host) {
    return read_whole("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").description;
  };
  EXPECT_THAT(get_from(std::string(255, 'a')), StartsWith("GET / "));
  EXPECT_THAT(get_from(std::string(256, 'a')), StartsWith("400 "));
}

TEST(HostileRequest, ChunksThatParsersReadDifferentlyAreRefused) {  // A10
  using namespace std::string_literals;
  for (const std::string& body : {"10000000000000001\r\na"s,
                                  "fffffffffffffffff\r\na"s,
                                  "00000000000000001\r\na\r\n"s,
                                  "g\r\n"s,
                                  "-1\r\n"s,
                                  "+1\r\na"s,
                                  "0x1\r\na"s,
                                  "\r\n"s,
                                  "\r\n\r\n"s,
                                  " 1\r\na"s,
                                  "1 \r\na"s,
                                  "\0"s,
                                  "1;a=b\r\na\r\n0\r\n\r\n"s,
                                  "1;\r\na"s,
                                  "1\na\r\n"s,
                                  "1\r\ra"s,
                                  "1\r\nab\r\n0\r\n\r\n"s,
                                  "1\r\na\n0\r\n\r\n"s,
                                  "1\r\na\rx"s,
                                  "1\r\na0\r\n\r\n"s,
                                  "0\r\nX: trailer\r\n\r\n"s,
                                  "0\r\nContent-Length: 5\r\n\r\n"s,
                                  "0;a\r\n\r\n"s,
                                  "0\r\n\n"s,
                                  "0\n\n"s,
                                  "0\r\n\rx"s}) {
    EXPECT_THAT(answer_to(chunked_with(body + smuggled)), StartsWith("400 ")) << body;
  }
}

TEST(HostileRequest, AnUpgradeWithABodyIsRefused) {  // A10, A11
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  EXPECT_THAT(answer_to(post_with(upgrade + "Content-Length: 34", smuggled)), StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with("Content-Length: 1\r\nUpgrade: h2c", "a")), StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with(upgrade + "Transfer-Encoding: chunked", "0\r\n\r\n")),
              StartsWith("400 "));
  EXPECT_THAT(answer_to(post_with(upgrade + "Content-Length: 0", smuggled)), StartsWith("POST "));
}

TEST(HostileRequest, OtherProtocolsAreRefused) {  // A12
  EXPECT_THAT(answer_to("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to("\x16\x03\x01\x02"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), StartsWith("505 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), StartsWith("505 "));
  EXPECT_THAT(answer_to("GET / HTTP/0.9\r\n\r\n"), StartsWith("505 "));
  EXPECT_THAT(answer_to("GET /\r\n"), StartsWith("400 invalid_request the request line must end"));
  for (const std::string version :
       {"HTTP/1.10", "HTTP/1", "http/1.1", "HTTP/x.1", "HTTP/1,1", "ICY/1.1.1", "RTSP/1.0", "",
        "HTTP/1.1 ", " HTTP/1.1", "\tHTTP/1.1", "HTTP/1.1\t"}) {
    EXPECT_THAT(answer_to("GET / " + version + "\r\nHost: a\r\n\r\n"), StartsWith("400 "))
        << version;
  }
}

TEST(HostileRequest, OnlyPathsAreTargets) {  // A10, A12: River is no proxy
  using namespace std::string_literals;
  for (const std::string& target :
       {"http://a/"s, "https://evil/"s, "a:443"s, "*"s, "?x"s, "path"s, ""s, "/a#b"s, "/a b"s,
        "/caf\xc3\xa9"s, "/\x7f"s, "/\0"s, "/\t"s}) {
    EXPECT_THAT(answer_to("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("400 "))
        << target;
  }
  EXPECT_THAT(answer_to("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("400 "));
  EXPECT_THAT(answer_to("GET //evil/../%0d%0a?a?b|{} HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("GET //evil/../%0d%0a?a?b|{} path=//evil/../%0d%0a query=a?b|{} "));
}

TEST(HostileRequest, OnlyKnownMethodsAreRead) {
  for (const std::string method : {"FOO", "TRACE", "CONNECT", "get", "GETT", "ABCDEFGHIJKLMNOPQ"}) {
    EXPECT_THAT(answer_to(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("501 "));
  }
  for (const std::string method : {"G(T", "\"GET\"", "", " GET", "\r\nGET", "GET\t"}) {
    EXPECT_THAT(answer_to(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("400 "));
  }
}

}  // namespace
}  // namespace river::http
