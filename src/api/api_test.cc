#include "api/api.h"

#include "api/api_for_test.h"

namespace river::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ApiTest : public ApiFixture {};

// ── Who may ──

TEST_F(ApiTest, NeedsAKey) {
  const std::vector<std::vector<http::Header>> without{
      {}, {{"x-api-key", "another key, wrong"}}, {{"authorization", "Basic 0123456789abcdef"}}};
  const auto is_guess = [](const std::vector<http::Header>& headers) {
    return !headers.empty() && headers[0].name == "x-api-key";
  };
  for (const auto& headers : without) {
    headers_ = headers;
    for (const char* line :
         {"POST /publish", "POST /v1/publish", "POST /v1/publish/batch", "GET /v1/channels",
          "GET /v1/channels/a", "GET /v1/channels/a/history", "GET /v1/channels/a/members",
          "POST /v1/users/a/publish", "POST /v1/users/a/disconnect", "DELETE /v1/channels"}) {
      const auto answer = ask(line, "{}");
      EXPECT_THAT(answer, is_error(401, "unauthenticated")) << line;
      EXPECT_EQ(header(*answer, "WWW-Authenticate"), "Bearer");
      EXPECT_EQ(answer->wrong_key, is_guess(headers)) << "none is no guess";
    }
  }
  EXPECT_THAT(broker_.notes, IsEmpty());
  EXPECT_EQ(metrics_.auth_failures[static_cast<std::size_t>(AuthFailure::api_key)].value(), 30U);
}

TEST_F(ApiTest, TakesTheKeyAsABearerToken) {
  headers_ = {{"authorization", "Bearer 0123456789abcdef"}};
  EXPECT_EQ(ask("GET /v1/channels")->status, 200);
}

TEST_F(ApiTest, WantsNoBodyOfWhomItWillRefuse) {
  http::Request request;
  request.path = "/publish";
  EXPECT_FALSE(api_.wants_body(request));
  request.headers = headers_;
  EXPECT_TRUE(api_.wants_body(request));
  request.path = "/elsewhere";
  EXPECT_FALSE(api_.wants_body(request));
}

// ── Where ──

TEST_F(ApiTest, LeavesOtherPathsAlone) {
  for (const char* path : {"/", "/publishing", "/v1/publishx", "/v1/channelsx", "/v1/users",
                           "/v1/info", "/PUBLISH", "/v1"}) {
    http::Request request;
    request.method = "GET";
    request.path = path;
    http::Responder respond = [](const http::Response&) { FAIL() << "not its own"; };
    EXPECT_FALSE(api_.handle(request, respond, now_, unix_time_)) << path;
  }
}

TEST_F(ApiTest, SaysWhichMethodIsRight) {
  const auto allowed = [this](std::string_view line) {
    const auto answer = ask(line);
    EXPECT_THAT(answer, is_error(405, "method_not_allowed")) << line;
    return header(*answer, "Allow");
  };
  for (const char* method : {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    for (const char* path : {"/publish", "/v1/publish", "/v1/publish/batch", "/v1/users/a/publish",
                             "/v1/users/a/disconnect"}) {
      EXPECT_EQ(allowed(fmt::format("{} {}", method, path)), "POST");
    }
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    for (const char* path :
         {"/v1/channels", "/v1/channels/a", "/v1/channels/a/history", "/v1/channels/a/members"}) {
      EXPECT_EQ(allowed(fmt::format("{} {}", method, path)), "GET, HEAD");
    }
  }
  EXPECT_THAT(broker_.notes, IsEmpty());
}

TEST_F(ApiTest, TakesHeadForGet) {
  EXPECT_EQ(ask("HEAD /v1/channels/a")->status, 200);
  EXPECT_THAT(broker_.notes, ElementsAre("channel a"));
}

TEST_F(ApiTest, SaysThatThereIsNothing) {
  for (const char* line :
       {"POST /v1/publish/other", "GET /v1/channels/a/other", "GET /v1/channels/a/history/b",
        "POST /v1/users/a/other", "GET /v1/users/a", "POST /v1/users/a", "GET /v1/users/a/other",
        "POST /v1/channels/a/other", "GET /v1/publish/other", "DELETE /v1/users/a/b/publish"}) {
    EXPECT_THAT(ask(line, "{}"), is_error(404, "not_found")) << line;
  }
}

TEST_F(ApiTest, RefusesBrokenEscapes) {
  for (const char* line : {"GET /v1/channels/%zz", "GET /v1/channels?prefix=%2"}) {
    EXPECT_THAT(ask(line), is_error(400, "invalid_value")) << line;
  }
}

// ── Reading ──

TEST_F(ApiTest, ListsChannelsInPages) {
  broker_.channel_page = {{{"a", 3}, {"b", 1}}, "b"};
  EXPECT_THAT(ask("GET /v1/channels?prefix=a%23&after=x&limit=2"),
              is_json(R"({"channels":[{"channel":"a","subscribers":3},)"
                      R"({"channel":"b","subscribers":1}],"next":"b"})"));
  broker_.channel_page = {};
  EXPECT_THAT(ask("GET /v1/channels"), is_json(R"({"channels":[]})"));
  EXPECT_THAT(broker_.notes,
              ElementsAre("channels 'a#' after 'x' limit 2", "channels '' after '' limit 100"));
}

TEST_F(ApiTest, ShowsAChannel) {
  broker_.details.subscribers = 3;
  EXPECT_THAT(ask("GET /v1/channels/a%2Fb"), is_json(R"({"channel":"a/b","subscribers":3})"));
  broker_.details.position = {0xe, 7};
  EXPECT_THAT(ask("GET /v1/channels/a"),
              is_json(R"({"channel":"a","subscribers":3,"epoch":"e","offset":7})"));
  EXPECT_THAT(broker_.notes, ElementsAre("channel a/b", "channel a"));
}

TEST_F(ApiTest, ShowsTheHistory) {
  broker::Publication publication;
  publication.offset = 7;
  publication.content = broker::EventBytes("new", R"({"a": 1})");
  publication.time = 1'700'000'000'999;
  broker_.history_page = {0xe, {publication}, true};
  EXPECT_THAT(ask("GET /v1/channels/a/history?limit=1&before=9"),
              is_json(R"({"channel":"a","epoch":"e","events":[{"event":"new","data":{"a": 1},)"
                      R"("offset":7,"time":1700000000}],"more":true})"));
  broker_.history_page = {};
  EXPECT_THAT(ask("GET /v1/channels/a/history"),
              is_json(R"({"channel":"a","events":[],"more":false})"));
  EXPECT_THAT(broker_.notes,
              ElementsAre("history a before 9 limit 1", "history a before - limit 100"));
}

TEST_F(ApiTest, ShowsTheMembers) {
  broker_.member_page = {{{"ada", R"({"name":"Ada"})"}, {"bob", ""}}, 5, "bob"};
  EXPECT_THAT(ask("GET /v1/channels/presence-a/members?limit=2&after=aa"),
              is_json(R"({"channel":"presence-a","members":[{"id":"ada","info":{"name":"Ada"}},)"
                      R"({"id":"bob"}],"member_count":5,"next":"bob"})"));
  EXPECT_THAT(broker_.notes, ElementsAre("members presence-a after 'aa' limit 2"));
}

TEST_F(ApiTest, ListsNoMoreMembersThanMayBeListed) {
  settings_.members_listed_max = 50;
  ask("GET /v1/channels/presence-a/members");
  EXPECT_THAT(ask("GET /v1/channels/presence-a/members?limit=51"), is_error(400, "invalid_value"));
  EXPECT_THAT(broker_.notes, ElementsAre("members presence-a after '' limit 50"));
}

TEST_F(ApiTest, RefusesWhatIsOutOfRange) {
  for (const char* line :
       {"GET /v1/channels?limit=0", "GET /v1/channels?limit=1001", "GET /v1/channels?limit=x",
        "GET /v1/channels?limit=", "GET /v1/channels/a/history?limit=1001",
        "GET /v1/channels/a/history?before=-1",
        "GET /v1/channels/a/history?before=99999999999999999999",
        "GET /v1/channels/a/members?limit=0"}) {
    EXPECT_THAT(ask(line), is_error(400, "invalid_value")) << line;
  }
  EXPECT_THAT(ask("GET /v1/channels/two%20words"), is_error(400, "invalid_channel"));
  EXPECT_THAT(broker_.notes, IsEmpty());
}

TEST_F(ApiTest, SaysThatTheBrokerIsAway) {
  broker_.error = broker::BrokerError::unavailable;
  for (const char* line : {"GET /v1/channels", "GET /v1/channels/a", "GET /v1/channels/a/history",
                           "GET /v1/channels/a/members"}) {
    EXPECT_THAT(ask(line), is_error(503, "unavailable")) << line;
  }
}

}  // namespace
}  // namespace river::api
