// ChannelRules: what holds for a channel, from its prefix and the operator's patterns. The first
// pattern that matches wins; what it leaves out comes from the defaults. Immutable once built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/channel_name.h"
#include "base/clock.h"

namespace river {

// What holds for one channel.
struct ChannelRule {
  ChannelKind kind;
  std::uint32_t history_events_max = 100;  // 0: none is kept, and nothing can be resumed
  seconds history_age_max{300};
  bool client_publish = false;  // every authenticated client may publish, without a grant
  bool client_history = false;  // every subscriber may read the history, without a grant
};

// One `[[channels]]` of the config.
struct ChannelPattern {
  std::string pattern;
  std::optional<bool> needs_grant;
  std::optional<bool> presence;
  std::optional<bool> cache;
  std::optional<std::uint32_t> history_events_max;
  std::optional<seconds> history_age_max;
  std::optional<bool> client_publish;
  std::optional<bool> client_history;
};

class ChannelRules {
 public:
  ChannelRules() = default;
  ChannelRules(ChannelRule defaults, std::vector<ChannelPattern> patterns)
      : defaults_(defaults), patterns_(std::move(patterns)) {}

  [[nodiscard]] ChannelRule rule_for(std::string_view channel) const;

 private:
  ChannelRule defaults_;
  std::vector<ChannelPattern> patterns_;
};

}  // namespace river
