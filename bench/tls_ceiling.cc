// tls-ceiling: what an idle TLS connection takes of OpenSSL alone: a bare program shakes hands,
// reads one request, answers it and keeps the connection, with as thrifty a context as River's.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include "bare_server.h"
#include "certificate.h"
#include "fail.h"
#include "machine.h"
#include "process_usage.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"
#include "stream.h"

namespace river::bench {
namespace {

constexpr int warm_up_clients = 500;

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;
using Connection = std::unique_ptr<SSL, void (*)(SSL*)>;

Context make_context() {
  Context context(::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_num_tickets(context.get(), 1);
  std::string directory = (std::filesystem::temp_directory_path() / "river-bench-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) fail("cannot make a directory for the certificate");
  write_certificate(directory);
  const int certificate =
      ::SSL_CTX_use_certificate_chain_file(context.get(), (directory + "/cert.pem").c_str());
  const int key = ::SSL_CTX_use_PrivateKey_file(context.get(), (directory + "/key.pem").c_str(),
                                                SSL_FILETYPE_PEM);
  std::filesystem::remove_all(directory);
  if (certificate != 1 || key != 1) fail("the certificate is not taken");
  return context;
}

// The server: one after the other, as the clients come.
void serve(int listener) {
  const Context context = make_context();
  std::vector<std::pair<net::FileDescriptor, Connection>> kept;
  std::array<char, 1024> bytes{};
  for (;;) {
    net::FileDescriptor socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    const int on = 1;  // or the answer waits for the acknowledgement of the ticket
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection connection(::SSL_new(context.get()), ::SSL_free);
    ::SSL_set_fd(connection.get(), socket.get());
    if (::SSL_accept(connection.get()) != 1 ||
        ::SSL_read(connection.get(), bytes.data(), bytes.size()) <= 0 ||
        ::SSL_write(connection.get(), bytes.data(), 100) <= 0) {
      fail("the TLS handshake failed");
    }
    kept.emplace_back(std::move(socket), std::move(connection));
  }
}

Stream ask(const Stream::Target& target) {
  Stream stream(target);
  std::array<char, 1024> bytes{};
  if (!stream.write("request")) fail("the bare server closed a client");
  for (;;) {
    pollfd readable{.fd = stream.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 5000) <= 0) fail("the bare server stalls");
    const Stream::Read read = stream.read(bytes.data(), bytes.size());
    if (read.outcome == Stream::Outcome::bytes) return stream;
    if (read.outcome != Stream::Outcome::nothing_yet) fail("the bare server closed a client");
  }
}

}  // namespace

void run_tls_ceiling(const Options& options) {
  make_room_for(options.subscribers * options.repeats + warm_up_clients);
  const BareServer server(options, [](int listener, int /*control*/) { serve(listener); });
  ClientTls tls;
  std::vector<Stream> streams;
  const auto come = [&](int count) {
    for (int i = 0; i < count; ++i) streams.push_back(ask({.port = server.port(), .tls = &tls}));
  };
  Result result("tls-ceiling", options);
  result.parameter("clients", options.subscribers);
  come(warm_up_clients);
  const Stopwatch watch(server.pid());
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const std::uint64_t before = private_bytes_of(server.pid());
    come(options.subscribers);
    result.figure("process_bytes_per_client", (static_cast<double>(private_bytes_of(server.pid())) -
                                               static_cast<double>(before)) /
                                                  options.subscribers);
  }
  watch.note(result);
  result.print(fmt::format("{} bytes of process memory a client, of OpenSSL alone",
                           result.text("process_bytes_per_client")));
}

}  // namespace river::bench
