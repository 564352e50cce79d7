#include "river_adapter.h"

#include <fmt/format.h>

#include "client_frame.h"
#include "fail.h"
#include "json_scan.h"
#include "sample_data.h"

namespace river::bench {
namespace {

std::string subscribe_frame(const Wish& wish, std::size_t id) {
  std::string json =
      fmt::format(R"({{"type":"subscribe","id":{},"channel":"{}")", id, wish.channel);
  if (!wish.epoch.empty()) {
    json += fmt::format(R"(,"since":{{"epoch":"{}","offset":{}}})", wish.epoch, wish.number);
  }
  return client_frame(json + "}");
}

}  // namespace

std::vector<Step> RiverAdapter::way_in(const Identity& identity,
                                       std::span<const Wish> wishes) const {
  std::vector<auth::Grant> grants;
  if (identity.grants) grants.push_back({"*", auth::bit_of(auth::Action::subscribe)});
  const std::string auth = client_frame(fmt::format(R"({{"type":"auth","id":1,"token":"{}"}})",
                                                    credentials_.token(identity.user, grants)));
  std::string subscribe;
  for (std::size_t i = 0; i < wishes.size(); ++i) subscribe += subscribe_frame(wishes[i], i + 2);

  std::vector<Step> steps;
  steps.push_back({upgrade_request("/v1/ws", deflate_), Said::welcome});
  steps.push_back({auth, Said::authenticated});
  if (!wishes.empty()) {
    steps.push_back({subscribe, Said::subscribed, static_cast<int>(wishes.size())});
  }
  return steps;
}

Message RiverAdapter::read(std::string_view payload) const {
  constexpr std::string_view event = R"({"type":"event","channel":")";
  if (payload.starts_with(event)) {
    // Ends in ,"offset":N}
    constexpr std::string_view mark = R"(,"offset":)";
    const std::size_t digits = payload.rfind(':') + 1;
    if (!payload.substr(0, digits).ends_with(mark)) fail(fmt::format("no event: {}", payload));
    const std::string_view rest = payload.substr(event.size());
    return {.said = Said::event,
            .channel = rest.substr(0, rest.find('"')),
            .number = leading_number(payload.substr(digits))};
  }
  const std::string_view type = text_behind(payload, R"("type":")");
  if (type == "presence") {
    return {.said = Said::presence, .channel = text_behind(payload, R"("channel":")")};
  }
  if (type == "subscribed") {
    Message message{.said = Said::subscribed,
                    .channel = text_behind(payload, R"("channel":")"),
                    .epoch = text_behind(payload, R"("epoch":")"),
                    .number = number_behind(payload, R"("offset":)")};
    if (payload.find(R"("recovered":)") != std::string_view::npos) {
      message.recovered = payload.find(R"("recovered":true)") != std::string_view::npos;
    }
    return message;
  }
  if (type == "members") return {.said = Said::members};
  if (type == "ping") return {.said = Said::ping};
  if (type == "welcome") return {.said = Said::welcome};
  if (type == "authenticated") return {.said = Said::authenticated};
  if (type == "unsubscribed") {
    return {.said = Said::unsubscribed, .channel = text_behind(payload, R"("channel":")")};
  }
  if (type == "error") return {.said = Said::refused};
  return {};
}

std::string RiverAdapter::pong() const {
  return client_frame(R"({"type":"pong"})");
}

std::string RiverAdapter::publication(std::string_view channel, std::string_view data,
                                      std::uint64_t /*number*/) const {
  const std::string body =
      fmt::format(R"({{"channel":"{}","eventName":"e","data":{}}})", channel, data);
  return credentials_.post_head("/publish", body.size()) + body;
}

std::string RiverAdapter::data_for(std::string_view channel, std::size_t wire_bytes,
                                   bool compressible) const {
  const std::size_t envelope =
      std::string_view(R"({"type":"event","channel":"","event":"e","data":,"offset":123456})")
          .size() +
      channel.size();
  return sample_data_in_frame(wire_bytes, envelope, compressible);
}

}  // namespace river::bench
