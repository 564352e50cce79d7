#include "http/cors.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace river::http {
namespace {

Request request_from(std::vector<Header>& headers) {
  Request request;
  request.method = "OPTIONS";
  request.headers = headers;
  return request;
}

std::string value_of(const std::vector<ResponseHeader>& headers, std::string_view name) {
  const auto place = std::ranges::find(headers, name, &ResponseHeader::name);
  return place == headers.end() ? std::string("(none)") : place->value;
}

OriginList only(const std::string& entry) {
  return *OriginList::parse(std::vector{entry});
}

TEST(Cors, LetsAnyOriginReadByDefault) {
  std::vector<Header> headers{{"Origin", "https://app.example"}};
  EXPECT_EQ(value_of(cors_headers(request_from(headers), {}), "Access-Control-Allow-Origin"), "*");
}

TEST(Cors, NamesTheOriginThatIsOnTheList) {
  std::vector<Header> headers{{"Origin", "https://app.example"}};
  const auto added = cors_headers(request_from(headers), only("https://app.example"));
  EXPECT_EQ(value_of(added, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(value_of(added, "Vary"), "Origin") << "a cache must not hand it to another origin";
}

TEST(Cors, SaysNothingToOthers) {
  std::vector<Header> evil{{"Origin", "https://evil.example"}};
  EXPECT_EQ(value_of(cors_headers(request_from(evil), only("https://app.example")),
                     "Access-Control-Allow-Origin"),
            "(none)");
  std::vector<Header> twice{{"Origin", "https://app.example"}, {"Origin", "https://app.example"}};
  EXPECT_TRUE(cors_headers(request_from(twice), {}).empty());
  std::vector<Header> none;
  EXPECT_TRUE(cors_headers(request_from(none), {}).empty());
}

TEST(Cors, AnyOriginMayReadWhyItWasNotRead) {
  EXPECT_EQ(value_of(cors_headers_of_unread("GET /v1/ev", {}), "Access-Control-Allow-Origin"), "*");
}

TEST(Cors, FindsTheOriginOfARequestThatWasNotRead) {
  const OriginList origins = only("https://app.example");
  const auto allowed = [&](std::string_view headers) {
    const std::string head = "GET /v1/events?origin: x HTTP/1.1\r\n" + std::string(headers);
    return value_of(cors_headers_of_unread(head, origins), "Access-Control-Allow-Origin");
  };
  EXPECT_EQ(allowed("Host: river\r\noRIGIN: \thttps://app.example \r\nX: y"),
            "https://app.example");
  for (const char* headers :
       {"", "Origin: https://app.example", "Origin: https://evil.example\r\n", "\r\n",
        "Origin: https://app.example\r\nOrigin: https://app.example\r\n",
        "X: Origin: https://app.example\r\n", "\r\nOrigin: https://app.example\r\n"}) {
    EXPECT_EQ(allowed(headers), "(none)") << headers;
  }
}

TEST(Cors, AllowsThePreflightOfAnEventStream) {
  std::vector<Header> headers{{"Origin", "https://app.example"}};
  const Response response = preflight_response(request_from(headers), {});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(value_of(response.headers, "Access-Control-Allow-Headers"),
            "Authorization, Last-Event-ID, Cache-Control");
}

}  // namespace
}  // namespace river::http
