#include "server_metrics.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "fail.h"

namespace river::bench {

ServerMetrics::ServerMetrics(Crowd& crowd) : stream_(crowd.shared().target) {
  crowd.watch(stream_.fd(), [this] { read(); });
}

void ServerMetrics::ask() {
  if (asked_) return;
  asked_ = true;
  if (!stream_.write("GET /metrics HTTP/1.1\r\nHost: bench\r\n\r\n")) fail("no /metrics");
}

void ServerMetrics::read() {
  std::array<char, 64 * 1024> buffer;
  const Stream::Read read = stream_.read(buffer.data(), buffer.size());
  if (read.outcome == Stream::Outcome::nothing_yet) return;
  if (read.outcome != Stream::Outcome::bytes)
    fail("the server closed the one who asks for /metrics");
  if (answers_.feed({buffer.data(), read.size}) > 0) asked_ = false;
}

double ServerMetrics::value(std::string_view name) const {
  const std::string_view page = answers_.last_body();
  const std::string line = fmt::format("\n{} ", name);
  const std::size_t at = page.find(line);
  if (at == std::string_view::npos) return 0;
  double value = 0;
  std::from_chars(page.data() + at + line.size(), page.data() + page.size(), value);
  return value;
}

}  // namespace river::bench
