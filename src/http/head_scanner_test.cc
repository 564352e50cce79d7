#include "http/head_scanner.h"

#include <string>

#include <gtest/gtest.h>

namespace river::http {
namespace {

// How many bytes the scanner saw when it refused; 0 if it did not.
std::size_t refused_after(std::string_view input) {
  HeadScanner scanner;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!scanner.scan(input.substr(i, 1), {})) return i + 1;
  }
  return 0;
}

TEST(HeadScanner, TakesUpToTheEndOfTheHead) {
  HeadScanner scanner;
  EXPECT_FALSE(scanner.started());
  EXPECT_EQ(scanner.scan("GET / HTTP/1.1\r\nA: b\r\n\r", {}), 23U);
  EXPECT_TRUE(scanner.started());
  EXPECT_FALSE(scanner.done());
  EXPECT_EQ(scanner.scan("\nbody", {}), 1U);
  EXPECT_TRUE(scanner.done());
}

TEST(HeadScanner, RefusesAtTheOffendingByte) {
  const std::string line = "GET / HTTP/1.1\r\n";
  for (const std::string& right : {std::string("GET"), std::string("GET /"), line,
                                   line + "A: b\r\n", line + "A: \xff\t\r\n"}) {
    EXPECT_EQ(refused_after(right), 0U) << right;
  }
  for (const std::string& wrong : {std::string("\r"),
                                   std::string(" "),
                                   std::string("GET  "),
                                   std::string("GET /\r"),
                                   std::string("GET /\n"),
                                   std::string("GET /#"),
                                   std::string("GET / HTTP/1.1\n"),
                                   std::string("GET / HTTP/1.1 "),
                                   std::string("GET / HTTP/1.11"),
                                   std::string("GET / H\r"),
                                   std::string("GET / HTTP/1.1\rA"),
                                   line + "\n",
                                   line + " ",
                                   line + "\t",
                                   line + "A: b\n",
                                   line + "A: b\rC",
                                   line + "A: b\r\r",
                                   line + "A: \x01",
                                   line + "A: \x7f",
                                   line + "\rA",
                                   line + "\r\r",
                                   line + std::string(1, '\0')}) {
    EXPECT_EQ(refused_after(wrong + "more"), wrong.size()) << wrong;
  }
}

}  // namespace
}  // namespace river::http
