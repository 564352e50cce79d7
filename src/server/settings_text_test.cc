#include "server/settings_text.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config_loader.h"
#include "server/temporary_directory.h"

namespace river::server {
namespace {

std::string page() {
  std::ifstream stream(RIVER_SOURCE_DIR "/docs/configuration.md");
  EXPECT_TRUE(stream.is_open());
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What stands between two marks, from `start` on.
std::string between(const std::string& text, std::string_view begin, std::string_view end,
                    std::size_t start = 0) {
  const std::size_t first = text.find(begin, start);
  const std::size_t last = text.find(end, first + begin.size());
  if (first == std::string::npos || last == std::string::npos) return "";
  return text.substr(first + begin.size(), last - first - begin.size());
}

// To mend it, put the output of `river check --markdown` between the two marks.
TEST(SettingsText, TheDocumentationIsUpToDate) {
  EXPECT_EQ(between(page(), "<!-- begin of `river check --markdown` -->\n",
                    "<!-- end of `river check --markdown` -->\n"),
            settings_markdown());
}

TEST(SettingsText, TheExampleOfTheDocumentationIsValid) {
  const TemporaryDirectory directory;
  const std::string text = page();
  const std::string example = between(text, "```toml\n", "```\n", text.find("## An example"));
  ConfigInputs inputs;
  inputs.file = directory.write("river.toml", example);
  const auto loaded = load_config(inputs);
  ASSERT_TRUE(loaded) << loaded.error().messages[0];
  EXPECT_EQ(loaded->config.channels.size(), 2U);
  EXPECT_THAT(loaded->warnings, testing::IsEmpty());
}

TEST(SettingsText, TablesHaveARowForEachSetting) {
  const std::string text = settings_markdown();
  EXPECT_THAT(text, testing::HasSubstr("\n### `[tls]`\n"));
  EXPECT_THAT(text, testing::HasSubstr("\n| `auth.timeout` | `15s` | A client must"));
  EXPECT_THAT(text, testing::HasSubstr("\n| `tls.cert` | – | File with"));
  EXPECT_THAT(text, testing::HasSubstr("\n### `[[channels]]`\n"));
  EXPECT_THAT(text, testing::HasSubstr("\n| `client_publish` | Every"));
}

}  // namespace
}  // namespace river::server
