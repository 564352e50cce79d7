#include "presence_message.h"

#include "json_scan.h"

namespace river::bench {
namespace {

void read_users(std::string_view list, std::vector<std::uint64_t>& users) {
  constexpr std::string_view mark = "\"user-";
  users.clear();
  for (std::size_t at = list.find(mark); at != std::string_view::npos; at = list.find(mark, at)) {
    at += mark.size();
    users.push_back(leading_number(list.substr(at)));
  }
}

// What stands between a mark and the end of the list that it begins.
std::string_view list_behind(std::string_view payload, std::string_view mark) {
  const std::size_t at = payload.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = payload.substr(at + mark.size());
  return rest.substr(0, rest.find(']'));
}

}  // namespace

void PresenceMessage::read(std::string_view payload) {
  if (payload == payload_) return;
  payload_ = payload;
  std::string_view present = list_behind(payload, R"("joined":[)");
  if (present.empty()) present = list_behind(payload, R"("members":[)");
  read_users(present, present_);
  read_users(list_behind(payload, R"("left":[)"), left_);
  member_count_ = number_behind(payload, R"("member_count":)");
  has_next_ = payload.find(R"("next":)") != std::string_view::npos;
}

}  // namespace river::bench
