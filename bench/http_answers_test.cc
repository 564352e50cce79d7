#include "http_answers.h"

#include <gtest/gtest.h>

namespace river::bench {
namespace {

TEST(HttpAnswers, CountsAnswersWithAndWithoutBody) {
  HttpAnswers answers;
  EXPECT_EQ(answers.feed("HTTP/1.1 204 No Content\r\n\r\n"
                         "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
            2);
  EXPECT_EQ(answers.last_body(), "hello");
}

TEST(HttpAnswers, WaitsForWhatIsCutAnywhere) {
  const std::string_view whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    HttpAnswers answers;
    EXPECT_EQ(answers.feed(whole.substr(0, cut)), 0);
    EXPECT_EQ(answers.feed(whole.substr(cut)), 1);
  }
}

TEST(HttpAnswersDeathTest, EndsTheMeasurementAtARefusal) {
  HttpAnswers answers;
  EXPECT_EXIT(static_cast<void>(answers.feed("HTTP/1.1 401 Unauthorized\r\n\r\n")),
              testing::ExitedWithCode(1), "refused");
}

}  // namespace
}  // namespace river::bench
