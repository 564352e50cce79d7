// The one place that says who may do what. Every way to a channel asks it: live, history, presence,
// publish, resume, and all transports.
#pragma once

#include <string_view>

#include "auth/claims.h"
#include "base/channel_rules.h"

namespace river::auth {

// - subscribe: free on a channel that needs no grant, else by grant.
// - publish:   by grant; or if the rule frees it, to all who may subscribe.
// - history:   by grant; or if the rule frees it, to all who may subscribe.
// - presence:  by grant. (A subscriber of the channel sees its members anyway; the session knows.)
// What the patterns that match the channel grant adds up; nothing takes a grant away.
// `channel` is valid, and `rule` is that channel's.
[[nodiscard]] bool may(const Claims& claims, Action action, std::string_view channel,
                       const ChannelRule& rule);

}  // namespace river::auth
