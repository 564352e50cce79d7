#include "base/channel_rules.h"

#include "base/pattern.h"

namespace river {

ChannelRule ChannelRules::rule_for(std::string_view channel) const {
  ChannelRule rule = defaults_;
  rule.kind = channel_kind(channel);
  for (const ChannelPattern& pattern : patterns_) {
    if (!pattern_matches(pattern.pattern, channel)) continue;
    rule.kind.needs_grant = pattern.needs_grant.value_or(rule.kind.needs_grant);
    rule.kind.presence = pattern.presence.value_or(rule.kind.presence);
    rule.kind.cache = pattern.cache.value_or(rule.kind.cache);
    rule.history_events_max = pattern.history_events_max.value_or(rule.history_events_max);
    rule.history_age_max = pattern.history_age_max.value_or(rule.history_age_max);
    rule.client_publish = pattern.client_publish.value_or(rule.client_publish);
    rule.client_history = pattern.client_history.value_or(rule.client_history);
    break;
  }
  return rule;
}

}  // namespace river
