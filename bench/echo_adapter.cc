#include "echo_adapter.h"

#include <fmt/format.h>

#include "client_frame.h"
#include "json_scan.h"
#include "sample_data.h"

namespace river::bench {

std::vector<Step> EchoAdapter::way_in(const Identity& /*identity*/,
                                      std::span<const Wish> /*wishes*/) const {
  return {{upgrade_request(path_, deflate_), Said::switched}};
}

std::vector<Step> EchoAdapter::publisher_way_in() const {
  return {{upgrade_request(path_, false), Said::switched}};
}

Message EchoAdapter::read(std::string_view payload) const {
  constexpr std::string_view mark = R"(,"number":)";
  const std::size_t digits = payload.rfind(':') + 1;
  if (!payload.substr(0, digits).ends_with(mark)) return {};
  return {.said = Said::event, .number = leading_number(payload.substr(digits))};
}

std::string EchoAdapter::publication(std::string_view /*channel*/, std::string_view data,
                                     std::uint64_t number) const {
  return client_frame(fmt::format(R"({{"data":{},"number":{}}})", data, number));
}

std::string EchoAdapter::data_for(std::string_view /*channel*/, std::size_t wire_bytes,
                                  bool compressible) const {
  const std::size_t envelope = std::string_view(R"({"data":,"number":123456})").size();
  return sample_data_in_frame(wire_bytes, envelope, compressible);
}

}  // namespace river::bench
