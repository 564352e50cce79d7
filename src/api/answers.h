// The bodies of the API's answers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/broker.h"
#include "http/response.h"
#include "protocol/errors.h"
#include "protocol/publish_requests.h"

namespace river::api {

using PublishResult = std::expected<Position, broker::BrokerError>;

[[nodiscard]] http::Response no_content();
[[nodiscard]] http::Response error_response(protocol::ErrorCode code, std::string_view message = {},
                                            std::string_view param = {});
[[nodiscard]] http::Response error_response(const protocol::RequestError& error);
[[nodiscard]] http::Response error_response(broker::BrokerError error);
// `allow` names the methods that the path has.
[[nodiscard]] http::Response method_not_allowed(std::string_view allow);
[[nodiscard]] http::Response rate_limited(seconds retry_after);

// {"channel":…,"epoch":…,"offset":…} or {"error":{…}}
void append_result(std::string& out, std::string_view channel, const PublishResult& result);
void append_error(std::string& out, const protocol::RequestError& error);

[[nodiscard]] http::Response json_response(std::string body);
[[nodiscard]] http::Response channels_response(const broker::ChannelPage& page);
[[nodiscard]] http::Response channel_response(std::string_view channel,
                                              const broker::ChannelDetails& details);
// A page of more than about `bytes_max` is cut short, and says that more follows.
[[nodiscard]] http::Response history_response(std::string_view channel,
                                              const broker::HistoryPage& page,
                                              std::size_t bytes_max);
[[nodiscard]] http::Response members_response(std::string_view channel,
                                              const broker::MemberPage& page,
                                              std::size_t bytes_max);

}  // namespace river::api
