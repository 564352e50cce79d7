// river-bench: measures a river from outside, both sides pinned to cores of their own.
//
//   river-bench fanout --subscribers 5000 --in-flight 16 --repeat 5
#include <string>

#include <CLI/CLI.hpp>

#include "check_options.h"
#include "scenarios.h"

namespace river::bench {
namespace {

void add_options(CLI::App& app, Options& options) {
  app.add_option("--river", options.river, "the program to measure");
  app.add_option("--send-batch", options.send_batch, "auto, sendmsg or io_uring");
  app.add_option("--workers", options.workers, "loops of the server");
  app.add_option("--server-core", options.server_core, "-1: any");
  app.add_option("--client-core", options.client_core, "-1: any");
  app.add_option("--seconds", options.seconds, "how long a repetition measures");
  app.add_option("--repeat", options.repeats, "repetitions: the median is shown, and the range");
  app.add_option("--subscribers,--clients", options.subscribers, "clients");
  app.add_option("--in-flight", options.in_flight, "publications at a time");
  app.add_option("--wire-bytes", options.wire_bytes, "length of one event's frame");
  app.add_flag("--tls", options.tls, "with a certificate made for the purpose");
  app.add_flag("--deflate", options.deflate, "clients offer compression, data is JSON");
  app.add_flag("--same-user", options.same_user, "all clients are one user");
  app.add_option("--adapter", options.adapter, "the server's protocol: river, echo or centrifugo");
  app.add_option("--port", options.port, "of a server that runs already");
  app.add_option("--server-pid", options.server_pid, "of the same, to see its CPU and memory");
  app.add_flag("--faulty", options.faulty,
               "the bare echo server makes mistakes: to see them found");
  app.add_option("--path", options.path, "of the WebSocket, for the adapter echo");
}

// What only some scenarios read, at these.
void add_scenarios(CLI::App& app, Options& options) {
  const auto scenario = [&](const char* name, const char* help, void (*run)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    command->callback([&options, run, name] {
      check_options(name, options);
      run(options);
    });
    return command;
  };
  scenario("fanout", "one channel, many subscribers, closed loop", run_fanout);
  CLI::App* paced = scenario("paced", "the same at a fixed rate: latency", run_paced);
  paced->add_option("--rate", options.paced_rate, "publications a second");
  paced->add_option("--load", options.load, "or a share of the ceiling");
  paced->add_option("--ceiling", options.deliveries_per_second, "deliveries a second");
  CLI::App* publish = scenario("publish", "HTTP only", run_publish);
  publish->add_option("--connections", options.connections, "of publishers");
  publish->add_option("--batch", options.batch, "messages a request");
  CLI::App* connect = scenario("connect", "clients that come", run_connect);
  connect->add_option("--concurrency", options.concurrency, "clients on their way at a time");
  connect->add_flag("--tls-resume", options.tls_resume, "resume TLS sessions");
  CLI::App* bare = scenario("connect-ceiling", "the same by the kernel alone", run_connect_ceiling);
  for (CLI::App* command : {connect, bare}) {
    const auto take = [&options](const std::string& word) {
      for (const auto way : {Pipelining::none, Pipelining::after_open, Pipelining::all}) {
        if (word == name_of(way)) options.pipelined = way;
      }
    };
    command
        ->add_option_function<std::string>(
            "--pipelined", take,
            "auth and subscribe: no, after-open (together, once it is open) or all (together with "
            "the handshake: what it means without a value)")
        ->check(CLI::IsMember({"no", "after-open", "all"}).description(""))
        ->expected(0, 1)
        ->default_str("all");
  }
  CLI::App* idle = scenario("idle", "clients that stay", run_idle);
  idle->add_option("--ping-interval", options.ping_seconds, "seconds; 0: the server's default");
  scenario("many-channels", "a publication's cost with many channels", run_many_channels)
      ->add_option("--channels", options.channels, "each with one subscriber");
  CLI::App* resume = scenario("resume-storm", "all clients cut at once and back", run_resume_storm);
  resume->add_option("--stay", options.stay_share, "share of the clients that are not cut");
  resume->add_option("--concurrency", options.return_concurrency, "coming back at a time");
  resume->add_option("--history-events", options.history_events, "kept a channel");
  CLI::App* slow = scenario("slow-readers", "some clients stop reading", run_slow_readers);
  slow->add_option("--slow", options.slow_share, "share of the clients that stop reading");
  slow->add_option("--slow-wire-bytes", options.slow_wire_bytes,
                   "length of the events that fill the buffers of the slow");
  slow->add_option("--outbox-age", options.outbox_seconds,
                   "seconds that something may wait; 0: the server's default");
  CLI::App* soak = scenario("soak", "everything at once, with churn, for --seconds", run_soak);
  soak->add_option("--churn", options.churn_per_second, "clients a second that leave and resume");
  CLI::App* neighbours =
      scenario("neighbours", "a small channel while a large one is busy", run_neighbours);
  for (CLI::App* command : {resume, slow, soak, neighbours}) {
    command->add_option("--rate", options.rate, "publications a second, meanwhile");
  }
  CLI::App* presence =
      scenario("presence-storm", "all are told of each that joins or leaves", run_presence_storm);
  presence->add_option("--joins", options.joins_per_second, "a second");
  presence->add_option("--leaves", options.leaves_per_second, "a second; 0: as joins");
  scenario("ceiling", "fanout by the kernel alone", run_ceiling);
  scenario("tls-ceiling", "memory of an idle TLS client, OpenSSL's alone", run_tls_ceiling);
}

}  // namespace
}  // namespace river::bench

int main(int argc, char** argv) {
  river::bench::Options options;
  CLI::App app("Measures River");
  app.require_subcommand(1);
  app.fallthrough();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  river::bench::add_options(app, options);
  river::bench::add_scenarios(app, options);
  CLI11_PARSE(app, argc, argv);
  return 0;
}
