#include "websocket/extension_list.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

// Puts the list together again: `a;b;c=d, e`, or says that it cannot be read.
std::string read(std::string_view header) {
  const auto extensions = parse_extension_list(header);
  if (!extensions) return "unreadable";
  std::string text;
  for (const Extension& extension : *extensions) {
    if (!text.empty()) text += ", ";
    text += extension.name;
    for (const auto& [name, value] : extension.parameters) {
      text += ";" + name + (value ? "=" + *value : "");
    }
  }
  return text;
}

TEST(ExtensionList, ReadsNamesParametersAndValues) {
  EXPECT_EQ(read("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(read("a; b; c=d, e"), "a;b;c=d, e");
  EXPECT_EQ(read("a;b=1,a;b=2"), "a;b=1, a;b=2");
  EXPECT_EQ(read("\t a \t;\tb = c \t, d"), "a;b=c, d");
}

TEST(ExtensionList, TakesQuotesAndBackslashesOff) {
  EXPECT_EQ(read("a; b=\"10\""), "a;b=10");
  EXPECT_EQ(read("a; b=\"1\\0\"; c"), "a;b=10;c");
}

TEST(ExtensionList, SkipsEmptyElements) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(" , ,a, ,b,"), "a, b");
}

TEST(ExtensionList, RefusesWhatBreaksTheGrammar) {
  for (const char* header : {",;constructor",
                             ";",
                             "a;",
                             "a;;b",
                             "a b",
                             "a; b=",
                             "a; b==c",
                             "a; b c",
                             "a=b",
                             "a; =b",
                             "a; b=\"",
                             "a; b=\"c",
                             "a; b=\"c\\",
                             "a; b=\"c\"d",
                             "a; b=\"c d\"",
                             "a; b=\"\"",
                             "a; b=\"c\x01\"",
                             "a; b=\"\xc3\xa9\"",
                             "a/b",
                             "a\x7f",
                             "\"a\""}) {
    EXPECT_EQ(read(header), "unreadable") << header;
  }
}

TEST(ExtensionList, RefusesANulByte) {
  EXPECT_EQ(read(std::string("a\0b", 3)), "unreadable");
}

TEST(ExtensionList, TakesLinearTimeWhateverItReads) {
  std::string open_quote = "x; a=\"";
  std::string many_offers;
  std::string many_parameters = "x";
  for (int i = 0; i < 7'500; ++i) {
    open_quote += "\\c";
    many_offers += "a,";
    many_parameters += ";a";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(read(open_quote), "unreadable");
  EXPECT_NE(read(many_offers), "unreadable");
  EXPECT_NE(read(many_parameters), "unreadable");
  EXPECT_EQ(read("a;" + std::string(15'000, ' ') + "="), "unreadable");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(40));  // 10 each
}

}  // namespace
}  // namespace river::websocket
