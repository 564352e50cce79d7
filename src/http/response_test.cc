#include "http/response.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::http {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

std::string bytes_of(const Response& response, bool keep_alive = true, bool head_request = false) {
  std::string out;
  append_response(out, response, keep_alive, head_request);
  return out;
}

TEST(Response, HasLengthConnectionAndBody) {
  const Response response{.status = 200,
                          .content_type = "text/plain",
                          .body = "hello",
                          .headers = {{"X-Answer", "42"}}};
  EXPECT_EQ(bytes_of(response),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Answer: 42\r\nContent-Length: 5\r\n"
            "Connection: keep-alive\r\n\r\nhello");
}

TEST(Response, SaysClose) {
  EXPECT_EQ(bytes_of({.status = 404}, false),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(Response, OfHeadHasTheLengthButNoBody) {
  EXPECT_THAT(bytes_of({.body = "hello"}, true, true), ::testing::EndsWith("\r\n\r\n"));
  EXPECT_THAT(bytes_of({.body = "hello"}, true, true), HasSubstr("Content-Length: 5\r\n"));
}

TEST(Response, WithoutContentHasNoLengthAndNoBody) {
  for (const int status : {204, 304}) {
    const std::string bytes = bytes_of({.status = status, .body = "never sent"});
    EXPECT_THAT(bytes, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(bytes, Not(HasSubstr("never sent")));
  }
}

TEST(Response, IsAppendedBehindOthers) {
  std::string out = "before";
  append_response(out, {.status = 204}, true);
  EXPECT_EQ(out, "beforeHTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Response, CannotBeSplitByAHeader) {  // A16
  for (const std::string& value : {"a\r\nSet-Cookie: b"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x1b[31m"s}) {
    const std::string bytes = bytes_of({.headers = {{"X-Name", value}, {"X-Next", "1"}}});
    EXPECT_EQ(bytes, bytes_of({.headers = {{"X-Next", "1"}}})) << value;
    EXPECT_EQ(bytes_of({.headers = {{value, "1"}}}), bytes_of({})) << value;
  }
  EXPECT_EQ(bytes_of({.headers = {{"", "1"}, {"a b", "1"}, {"a:", "1"}}}), bytes_of({}));
  EXPECT_EQ(bytes_of({.content_type = "a\r\nb"}), bytes_of({}));
}

TEST(StreamHead, HasNoLengthAndCloses) {
  std::string out;
  const ResponseHeader cache{"Cache-Control", "no-store"};
  append_stream_head(out, 200, "text/event-stream", {&cache, 1});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
            "Connection: close\r\n\r\n");
}

TEST(JsonError, NamesTheParameterAtFault) {
  EXPECT_EQ(json_error(400, "invalid_channel", "no such name", "channel").body,
            R"({"error":{"code":"invalid_channel","message":"no such name","param":"channel"}})");
  const Response response = json_error(ReadError{413, "body_too_large", "send less"});
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"error":{"code":"body_too_large","message":"send less"}})");
}

TEST(JsonError, EscapesWhateverItQuotes) {
  const auto message = [](std::string_view text) {
    const std::string body = json_error(400, "c", text).body;
    const std::string start = R"({"error":{"code":"c","message":")";
    EXPECT_TRUE(body.starts_with(start));
    return body.substr(start.size(), body.size() - start.size() - 3);
  };
  EXPECT_EQ(message("a\"b\\c/\r\n"), R"(a\"b\\c/\r\n)");
  EXPECT_EQ(message("\x7f\xff"), R"(\u007f\ufffd)");
}

TEST(ReasonPhrase, IsKnownForEveryStatusThatRiverSends) {
  for (const int status : {200, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413,
                           414, 415, 417, 426, 429, 431, 500, 501, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace river::http
