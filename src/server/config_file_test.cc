#include "server/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/temporary_directory.h"

namespace river::server {
namespace {

TEST(ConfigFile, IsAFlatListInTheOrderOfTheFile) {
  const auto file = parse_config_file(
      "workers = 2\n"
      "[tls]\n"
      "key = 'k'\n"
      "cert = 'c'\n"
      "[a.b]\n"
      "c = ['x', 'y']\n"
      "d = true\n",
      "river.toml");
  ASSERT_TRUE(file) << file.error();
  ASSERT_EQ(file->entries.size(), 5U);
  EXPECT_EQ(file->entries[0].key, "workers");
  EXPECT_EQ(std::get<std::int64_t>(file->entries[0].value), 2);
  EXPECT_EQ(file->entries[1].key, "tls.key");
  EXPECT_EQ(file->entries[1].line, 3);
  EXPECT_EQ(std::get<std::string>(file->entries[2].value), "c");
  EXPECT_EQ(file->entries[3].key, "a.b.c");
  EXPECT_EQ(std::get<std::vector<std::string>>(file->entries[3].value).size(), 2U);
  EXPECT_TRUE(std::get<bool>(file->entries[4].value));
}

TEST(ConfigFile, TablesOfAListKeepTheirOwnKeys) {
  const auto file = parse_config_file(
      "[[channels]]\n"
      "pattern = 'a'\n"
      "\n"
      "[[channels]]\n"
      "pattern = 'b'\n",
      "river.toml");
  ASSERT_TRUE(file) << file.error();
  EXPECT_TRUE(file->entries.empty());
  ASSERT_EQ(file->records.size(), 2U);
  EXPECT_EQ(file->records[1].list, "channels");
  EXPECT_EQ(file->records[1].line, 4);
  ASSERT_EQ(file->records[1].entries.size(), 1U);
  EXPECT_EQ(file->records[1].entries[0].key, "pattern");
  EXPECT_EQ(file->records[1].entries[0].line, 5);
}

TEST(ConfigFile, WhatNoSettingTakesIsMarked) {
  const auto file = parse_config_file("a = 1.5\nb = 2026-01-31\nc = [1, 2]\n[d]\n", "f");
  ASSERT_TRUE(file) << file.error();
  ASSERT_EQ(file->entries.size(), 4U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::holds_alternative<OtherValue>(file->entries[i].value)) << i;
  }
  EXPECT_TRUE(std::holds_alternative<EmptyTable>(file->entries[3].value));
}

TEST(ConfigFile, ErrorsNameTheLine) {
  const auto file = parse_config_file("workers = 2\nlisten = [\n\n[tls]\n", "river.toml");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error(), testing::MatchesRegex("river.toml:[0-9]+: .+"));
  EXPECT_FALSE(parse_config_file("a = 1\na = 2\n", "river.toml"));  // twice
}

TEST(ConfigFile, MissingFilesAndDirectoriesAreErrors) {
  const TemporaryDirectory directory;
  const auto missing = read_config_file(directory.file("none.toml"));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), testing::EndsWith("none.toml: No such file or directory"));
  EXPECT_FALSE(read_config_file(directory.file("")));
  EXPECT_TRUE(read_config_file(directory.write("empty.toml", "")));
}

}  // namespace
}  // namespace river::server
