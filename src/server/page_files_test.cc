#include "server/page_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::server {
namespace {

using testing::HasSubstr;

TEST(PageFiles, AreBuiltIntoTheProgramWhole) {
  const PageFile* page = find_page_file("/");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_THAT(std::string(page->bytes), HasSubstr("</html>"));
  for (const char* path : {"/console.css", "/console.js", "/favicon.svg", "/river.js"}) {
    ASSERT_NE(find_page_file(path), nullptr) << path;
    EXPECT_GT(find_page_file(path)->bytes.size(), 100U) << path;
  }
}

TEST(PageFiles, AreNoOthers) {
  for (const char* path : {"", "/index.html", "/console.css/", "//", "/../VERSION"}) {
    EXPECT_EQ(find_page_file(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace river::server
