#include "centrifugo_adapter.h"

#include <fmt/format.h>

#include "client_frame.h"
#include "fail.h"
#include "json_scan.h"
#include "sample_data.h"

namespace river::bench {
namespace {

constexpr std::string_view event = R"({"push":{"channel":")";

}  // namespace

std::vector<Step> CentrifugoAdapter::way_in(const Identity& identity,
                                            std::span<const Wish> wishes) const {
  std::vector<Step> steps;
  steps.push_back({upgrade_request("/connection/websocket", deflate_), Said::switched});
  steps.push_back({client_frame(fmt::format(R"({{"id":1,"connect":{{"token":"{}"}}}})",
                                            credentials_.token(identity.user))),
                   Said::authenticated});
  std::string subscribe;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    subscribe += client_frame(
        fmt::format(R"({{"id":{},"subscribe":{{"channel":"{}"}}}})", i + 2, wishes[i].channel));
  }
  if (!wishes.empty()) {
    steps.push_back({subscribe, Said::subscribed, static_cast<int>(wishes.size())});
  }
  return steps;
}

std::string_view CentrifugoAdapter::take_message(std::string_view& payload) const {
  const std::size_t end = payload.find('\n');
  const std::string_view message = payload.substr(0, end);
  payload.remove_prefix(end == std::string_view::npos ? payload.size() : end + 1);
  return message;
}

Message CentrifugoAdapter::read(std::string_view payload) const {
  if (payload.starts_with(event)) {
    // Behind the data; the first event after a while has an epoch behind the offset.
    constexpr std::string_view mark = R"(,"offset":)";
    const std::size_t at = payload.rfind(mark);
    if (at == std::string_view::npos) {
      fail("events without offset: give the channel a history_size and a history_ttl");
    }
    const std::string_view rest = payload.substr(event.size());
    return {.said = Said::event,
            .channel = rest.substr(0, rest.find('"')),
            .number = leading_number(payload.substr(at + mark.size()))};
  }
  if (payload == "{}") return {.said = Said::ping};
  if (payload.find(R"("error":{)") != std::string_view::npos) return {.said = Said::refused};
  if (payload.find(R"("connect":{)") != std::string_view::npos) {
    return {.said = Said::authenticated};
  }
  if (payload.find(R"("subscribe":{)") != std::string_view::npos) {
    // It doesn't say which channel, and leaves out an offset that is 0.
    return {.said = Said::subscribed,
            .epoch = text_behind(payload, R"("epoch":")"),
            .number = number_behind(payload, R"("offset":)")};
  }
  return {};
}

std::string CentrifugoAdapter::pong() const {
  return client_frame("{}");
}

std::string CentrifugoAdapter::publication(std::string_view channel, std::string_view data,
                                           std::uint64_t /*number*/) const {
  const std::string body = fmt::format(R"({{"channel":"{}","data":{}}})", channel, data);
  return credentials_.post_head("/api/publish", body.size()) + body;
}

std::string CentrifugoAdapter::data_for(std::string_view channel, std::size_t wire_bytes,
                                        bool compressible) const {
  const std::size_t envelope =
      std::string_view(R"({"push":{"channel":"","pub":{"data":,"offset":123456}}})").size() +
      channel.size();
  return sample_data_in_frame(wire_bytes, envelope, compressible);
}

}  // namespace river::bench
