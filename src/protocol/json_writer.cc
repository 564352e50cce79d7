#include "protocol/json_writer.h"

#include <fmt/format.h>

namespace river::protocol {
void append_json_number(std::string& out, std::uint64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

}  // namespace river::protocol
