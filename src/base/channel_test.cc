#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/channel_name.h"
#include "base/channel_rules.h"
#include "base/pattern.h"

namespace river {
namespace {

TEST(ChannelName, AcceptsTheAllowedCharactersUpTo200Bytes) {
  EXPECT_TRUE(valid_channel("a"));
  EXPECT_TRUE(valid_channel("AZaz09_-=@,.;:/#"));
  EXPECT_TRUE(valid_channel(std::string(200, 'a')));
}

TEST(ChannelName, RefusesEverythingElse) {
  EXPECT_FALSE(valid_channel(""));
  EXPECT_FALSE(valid_channel(std::string(201, 'a')));
  for (const std::string_view name :
       {"a b", "a*", "a>", "a\n", "\r\n", "caf\xc3\xa9", "a$", "a\"", "a\\"}) {
    EXPECT_FALSE(valid_channel(name)) << name;
  }
  EXPECT_FALSE(valid_channel(std::string_view("a\0b", 3)));
}

TEST(EventName, RefusesReservedAndControlCharacters) {
  EXPECT_TRUE(valid_event("new-post"));
  EXPECT_TRUE(valid_event("caf\xc3\xa9"));
  EXPECT_FALSE(valid_event(""));
  EXPECT_FALSE(valid_event("river:joined"));
  EXPECT_FALSE(valid_event("a\nb"));
  EXPECT_FALSE(valid_event(std::string(201, 'a')));
}

TEST(ChannelKind, ComesFromThePrefix) {
  EXPECT_EQ(channel_kind("dogs"), (ChannelKind{false, false, false}));
  EXPECT_EQ(channel_kind("private-x"), (ChannelKind{true, false, false}));
  EXPECT_EQ(channel_kind("presence-x"), (ChannelKind{true, true, false}));
  EXPECT_EQ(channel_kind("cache-x"), (ChannelKind{false, false, true}));
  EXPECT_EQ(channel_kind("private-cache-x"), (ChannelKind{true, false, true}));
  EXPECT_EQ(channel_kind("presence-cache-x"), (ChannelKind{true, true, true}));
  EXPECT_EQ(channel_kind("cache-private-x"), (ChannelKind{false, false, true}));
}

TEST(Pattern, StarMatchesAnyRun) {
  EXPECT_TRUE(pattern_matches("*", ""));
  EXPECT_TRUE(pattern_matches("*", "dogs"));
  EXPECT_TRUE(pattern_matches("room-*", "room-1"));
  EXPECT_TRUE(pattern_matches("room-*", "room-"));
  EXPECT_TRUE(pattern_matches("*-a-*", "x-a-b-a-c"));
  EXPECT_TRUE(pattern_matches("dogs", "dogs"));
  EXPECT_FALSE(pattern_matches("dogs", "dogs2"));
  EXPECT_FALSE(pattern_matches("room-*", "aroom-1"));
  EXPECT_FALSE(pattern_matches("", "a"));
  EXPECT_FALSE(pattern_matches("a?", "ab"));
}

// What it means, slowly.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() != '*') {
    return !text.empty() && text.front() == pattern.front() &&
           matches_by_definition(pattern.substr(1), text.substr(1));
  }
  return matches_by_definition(pattern.substr(1), text) ||
         (!text.empty() && matches_by_definition(pattern, text.substr(1)));
}

// All texts of these letters, up to a size.
std::vector<std::string> all_texts(std::string_view letters, std::size_t size_max) {
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == size_max) continue;
    for (const char letter : letters) texts.push_back(texts[i] + letter);
  }
  return texts;
}

TEST(Pattern, IsWhatItsDefinitionSays) {
  const std::vector<std::string> texts = all_texts("ab", 6);
  for (const std::string& pattern : all_texts("ab*", 5)) {
    for (const std::string& text : texts) {
      ASSERT_EQ(pattern_matches(pattern, text), matches_by_definition(pattern, text))
          << pattern << " " << text;
    }
  }
}

TEST(Pattern, IsNotExponential) {
  const std::string text(5000, 'a');
  EXPECT_FALSE(pattern_matches("*a*a*a*a*a*a*a*a*b", text));
}

TEST(ChannelRules, FirstMatchingPatternWinsAndTheRestComesFromDefaults) {
  ChannelRule defaults;
  defaults.history_events_max = 7;
  ChannelPattern chat;
  chat.pattern = "chat-*";
  chat.client_publish = true;
  ChannelPattern all;
  all.pattern = "*";
  all.needs_grant = true;
  const ChannelRules rules(defaults, {chat, all});
  EXPECT_TRUE(rules.rule_for("chat-1").client_publish);
  EXPECT_FALSE(rules.rule_for("chat-1").kind.needs_grant);
  EXPECT_EQ(rules.rule_for("chat-1").history_events_max, 7U);
  EXPECT_TRUE(rules.rule_for("dogs").kind.needs_grant);
  EXPECT_TRUE(rules.rule_for("presence-x").kind.presence);
}

}  // namespace
}  // namespace river
