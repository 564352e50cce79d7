#include "publisher.h"

#include <array>

#include <poll.h>

#include "fail.h"

namespace river::bench {

Publisher::Publisher(const Adapter& adapter, const Stream::Target& target)
    : adapter_(adapter), stream_(target) {
  // Each step is answered by one packet here, so there is nothing to look for in it.
  for (const Step& step : adapter.publisher_way_in()) {
    if (!stream_.write(step.bytes)) fail("the publisher lost its connection");
    pollfd answer{fd(), POLLIN, 0};
    if (::poll(&answer, 1, 5000) != 1) fail("the publisher gets no answer");
    read();
  }
}

void Publisher::publish(std::string_view channel, std::string_view data, int count) {
  for (int i = 0; i < count; ++i) add(channel, data);
  send();
}

void Publisher::add(std::string_view channel, std::string_view data) {
  requests_ += adapter_.publication(channel, data, ++published_);
}

void Publisher::send() {
  if (!stream_.write(requests_)) fail("the publisher lost its connection");
  requests_.clear();
}

void Publisher::read() {
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const Stream::Read read = stream_.read(buffer.data(), buffer.size());
    if (read.outcome == Stream::Outcome::nothing_yet) return;
    if (read.outcome != Stream::Outcome::bytes) fail("the publisher lost its connection");
    if (!adapter_.publications_are_requests()) continue;
    answered_ += static_cast<std::uint64_t>(answers_.feed({buffer.data(), read.size}));
    if (read.size < buffer.size()) return;
  }
}

}  // namespace river::bench
