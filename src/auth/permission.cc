#include "auth/permission.h"

#include <algorithm>

#include "base/pattern.h"

namespace river::auth {
namespace {

bool granted(const Claims& claims, Action action, std::string_view channel) {
  return std::any_of(claims.grants.begin(), claims.grants.end(), [&](const Grant& grant) {
    return (grant.actions & bit_of(action)) != 0 && pattern_matches(grant.pattern, channel);
  });
}

bool may_subscribe(const Claims& claims, std::string_view channel, const ChannelRule& rule) {
  return !rule.kind.needs_grant || granted(claims, Action::subscribe, channel);
}

}  // namespace

bool may(const Claims& claims, Action action, std::string_view channel, const ChannelRule& rule) {
  switch (action) {
    case Action::subscribe:
      return may_subscribe(claims, channel, rule);
    case Action::publish:
      return granted(claims, action, channel) ||
             (rule.client_publish && may_subscribe(claims, channel, rule));
    case Action::history:
      return granted(claims, action, channel) ||
             (rule.client_history && may_subscribe(claims, channel, rule));
    case Action::presence:
      return granted(claims, action, channel);
  }
  return false;
}

}  // namespace river::auth
