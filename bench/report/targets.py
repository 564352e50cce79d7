"""What River set out to reach, and what it reached."""

from dataclasses import dataclass
from typing import Callable

RATE, CPU = "deliveries_per_second", "cpu_microseconds_per_delivery"
PER_CPU = "deliveries_per_cpu_second"


@dataclass(frozen=True)
class Target:
    what: str
    unit: str
    runs: tuple  # those that it is measured by
    measure: Callable  # results → Spread
    at_least: float = None
    at_most: float = None
    digits: int = 2
    beside: Callable = None  # results → what has to be known to judge it; evidence, if missed

    def found(self, results):
        """A Spread, or None if it was not measured."""
        return self.measure(results) if results.has(*self.runs) else None

    def reached(self, spread):
        if self.at_least is not None:
            return spread.median >= self.at_least
        return spread.median <= self.at_most

    def is_noisy(self, spread):
        """Some rounds say one thing and some the other."""
        return spread.low < (self.at_most if self.at_least is None else self.at_least) < spread.high

    def verdict(self, spread):
        if self.is_noisy(spread):
            return f"{'reached' if self.reached(spread) else 'missed'} (within noise)"
        return "reached" if self.reached(spread) else "refuted"

    def wanted(self):
        sign, limit = ("≥", self.at_least) if self.at_most is None else ("≤", self.at_most)
        return f"{sign} {limit:,.{self.digits}f}{self.unit}"


def targets(size):
    """Those of a suite of that size."""
    many, least, most = max(size.in_flight), min(size.subscribers), max(size.subscribers)
    half = f"latency_{0.5:g}"
    return [
        *_fan_out(size.main, many),
        Target("Two workers: CPU a delivery, relative to one", "", ("workers_2", "workers_1"),
               lambda results: results.ratio("workers_2", "workers_1", CPU), at_most=1.10),
        *_connections(size.main),
        Target("`publish` over 16 connections: a second and core", "/s", ("publish_single",),
               lambda results: results.figure("publish_single", "publications_per_cpu_second"),
               at_least=100_000, digits=0),
        Target("`publish` in batches of 100: a second and core", "/s", ("publish_batch",),
               lambda results: results.figure("publish_batch", "publications_per_cpu_second"),
               at_least=300_000, digits=0),
        Target("`paced` at half the ceiling: p99, in fan-outs at the ceiling", "", (half,),
               lambda results: results.figure(half, "latency_p99_per_ceiling_fanout"), at_most=2.0,
               beside=lambda results: _latency_beside(results, half)),
        Target(f"CPU a delivery, {most:,} subscribers relative to {least:,}: River's growth"
               " relative to the ceiling's", "",
               tuple(f"subscribers_{kind}_{count}" for kind in ("fanout", "ceiling_io_uring")
                     for count in (least, most)),
               lambda results: _growth_beyond(results, least, most), at_most=1.0,
               beside=lambda results: _growth_beside(results, least, most)),
        Target(f"One of {size.channels:,} channels: CPU a publication, relative to 10 channels", "",
               ("many_channels",),
               lambda results: results.figure("many_channels", "to_all_of_many_per_10_channels"),
               at_most=1.10, beside=_channels_beside),
        *_tls(),
        Target("Deflate, 2 KiB of JSON: CPU a delivery, relative to uncompressed", "",
               ("deflate_on", "deflate_off"),
               lambda results: results.ratio("deflate_on", "deflate_off", CPU), at_most=1.2),
    ]


def _fan_out(main, many):
    fan_out = f"`fanout` to {main:,}"

    def against(run, ceiling, at_least, what, unless=None):
        def beside(results):
            by_cpu = results.ratio(run, ceiling, PER_CPU)
            text = f"by deliveries a CPU second: {by_cpu.text(2)}"
            return f"{text}; {unless(results)}" if unless else text
        return Target(what, "", (run, ceiling),
                      lambda results: results.ratio(run, ceiling, RATE), at_least=at_least,
                      beside=beside)

    return [
        against("fanout_io_uring", "ceiling_io_uring", 0.90,
                f"{fan_out}, one in flight, io_uring: part of the io_uring ceiling"),
        against("fanout_io_uring", "ceiling_sendmsg", 1.50,
                f"{fan_out}, one in flight, io_uring: part of the sendmsg ceiling",
                _ceilings_apart),
        against("fanout_sendmsg", "ceiling_sendmsg", 0.95,
                f"{fan_out}, one in flight, sendmsg: part of the sendmsg ceiling"),
        against("fanout_many_in_flight", "ceiling_many_in_flight", 0.85,
                f"{fan_out}, {many} in flight: part of the ceiling with as many bytes a send"),
    ]


def _ceilings_apart(results):
    if not results.has("ceiling_io_uring", "ceiling_sendmsg"):
        return ""
    apart = results.ratio("ceiling_io_uring", "ceiling_sendmsg", RATE)
    return (f"the io_uring ceiling itself is {apart.text(2)} of the sendmsg ceiling on this"
            " machine, and no server is faster than that")


def _connections(main):
    pings = "cpu_microseconds_per_client_and_second_at_25_second_pings"
    idle = f"idle_{main}"

    def each_took(results, run, words):
        found = results.figure(run, "cpu_microseconds_per_client")
        return f"{words}: {found.text(1)} µs" if found else ""

    def connect(name, what, at_most, also=()):
        run = f"connect_{name}"
        beside = ((f"ceiling_{name}", "the kernel alone, without any protocol"), *also)
        return Target(what, " µs", (run,),
                      lambda results: results.figure(run, "cpu_microseconds_per_client"),
                      at_most=at_most, digits=1,
                      beside=lambda results: "; ".join(
                          filter(None, (each_took(results, *pair) for pair in beside))))

    return [
        Target("`idle`: process memory a connection", " bytes", (idle,),
               lambda results: results.figure(idle, "process_bytes_per_client"), at_most=512,
               digits=0),
        Target("`idle`: CPU a connection and second, pings every 25 s", " µs", ("idle_pings",),
               lambda results: results.figure("idle_pings", pings), at_most=0.5),
        connect("sequential", "`connect`, one after the other: CPU each", 60),
        connect("pipelined", "`connect`, auth and subscribe pipelined with the handshake: CPU each",
                45, (("connect_after_open", "as a browser does, both together once it is open"),
                     ("ceiling_after_open", "the kernel alone of that"))),
    ]


def _latency_beside(results, run):
    ceiling = results.figure(run, "ceiling_fanout_milliseconds")
    p99 = results.figure(run, "latency_milliseconds_p99")
    return f"p99 {p99.text(1)} ms; one fan-out at the ceiling takes {ceiling.text(1)} ms"


def _growth(results, kind, least, most):
    return results.ratio(f"subscribers_{kind}_{most}", f"subscribers_{kind}_{least}", CPU)


def _growth_beyond(results, least, most):
    runs = [f"subscribers_{kind}_{count}" for kind in ("fanout", "ceiling_io_uring")
            for count in (most, least)]
    return results.of_same_rounds(runs, CPU, lambda a, b, c, d: (a / b) / (c / d))


def _growth_beside(results, least, most):
    return (f"River's cost grows {_growth(results, 'fanout', least, most).text(2)}-fold, the "
            f"ceiling's {_growth(results, 'ceiling_io_uring', least, most).text(2)}-fold")


def _channels_beside(results):
    few = results.figure("many_channels", "to_10_of_many_per_10_channels")
    return f"to ten of so many, as often each as with ten: {few.text(2)}"


def _tls_beside(results):
    bare = results.figure("tls_ceiling", "process_bytes_per_client")
    if not bare:
        return ""
    return (f"OpenSSL alone takes {bare.scaled(1 / 1024).text(1)} KiB, in a bare program that only"
            " shakes hands and has the buffers released")


def _tls():
    process_bytes = "process_bytes_per_client"
    return [
        Target("TLS: deliveries/s, relative to clear text", "", ("tls_on", "tls_off"),
               lambda results: results.ratio("tls_on", "tls_off", RATE), at_least=0.6,
               beside=lambda results: "by deliveries a CPU second: "
               + results.ratio("tls_on", "tls_off", PER_CPU).text(2)),
        Target("TLS: process memory of an idle connection", " KiB", ("tls_idle",),
               lambda results: results.figure("tls_idle", process_bytes).scaled(1 / 1024),
               at_most=12, digits=1, beside=_tls_beside),
        Target("TLS: share of sessions that are resumed, by clients that can", "", ("tls_resume",),
               lambda results: results.figure("tls_resume", "tls_resumed_share"), at_least=1),
    ]
