#include "arena.h"

#include "machine.h"

namespace river::bench {
namespace {

Stream::Target target_of(const ServerProcess& server, const Options& options,
                         std::optional<ClientTls>& tls) {
  if (options.tls) tls.emplace();
  return {.port = server.port(), .tls = tls.has_value() ? &*tls : nullptr};
}

}  // namespace

Arena::Arena(const Options& options, const std::vector<std::string>& settings)
    : options_(options),
      server(options, settings),
      adapter(make_adapter(options, server.api_key(), server.jwt_secret())),
      crowd(*adapter, target_of(server, options, tls), Pipelining::all),
      publisher(*adapter, crowd.shared().target) {
  pin_to_core(options.client_core);
  crowd.watch(publisher.fd(), [this] { publisher.read(); });
}

void Arena::fill(int count, const std::string& channel) {
  const std::size_t first = crowd.size();
  for (int i = 0; i < count; ++i) {
    crowd.add({.user = options_.same_user ? 0 : users_++}, {channel});
  }
  crowd.open_from(first);
}

std::string Arena::data_for(std::string_view channel, int wire_bytes) const {
  return adapter->data_for(channel, static_cast<std::size_t>(wire_bytes), options_.deflate);
}

std::string Arena::problem() {
  if (!options_.deflate || crowd.shared().compressed > 0) return {};
  return "no event came compressed, so this says nothing about --deflate; River compresses those "
         "of 1 KiB and more";
}

}  // namespace river::bench
