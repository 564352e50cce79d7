"""What the suite measures: groups of runs. The runs of a group take turns, round after round, so
that what is compared was measured in the same minute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    name: str  # of its result
    words: tuple  # the command line after the program
    program: str = "river-bench"


@dataclass(frozen=True)
class Group:
    name: str
    rounds: int
    runs: tuple


@dataclass(frozen=True)
class Size:
    """How much of everything: the suite as it is published, or a moment of it."""
    subscribers: tuple
    main: int  # subscribers where it is not about their number
    connections: tuple
    in_flight: tuple
    loads: tuple
    rounds: int
    seconds: float
    channels: int
    pings: tuple  # their interval, and for how long they are looked at
    storm: str  # flags of presence-storm
    soak_seconds: int
    micro_seconds: float
    deliveries: str  # listeners and publications that callgrind counts
    common: str = ""  # flags of each run


FULL = Size(subscribers=(100, 1000, 5000, 10000, 19000), main=5000,
            connections=(1000, 5000, 10000, 19000), in_flight=(1, 2, 4, 8, 16),
            loads=(0.1, 0.25, 0.5, 0.75, 0.9), rounds=3, seconds=1, channels=100_000, pings=(2, 6),
            storm="--clients 6000 --joins 300 --leaves 300", soak_seconds=45, micro_seconds=0.1,
            deliveries="5000 20")
# Any core, as other tests may run beside.
QUICK = Size(subscribers=(10, 30), main=20, connections=(20, 60), in_flight=(1, 4),
             loads=(0.1, 0.5), rounds=1, seconds=0.1, channels=1000, pings=(1, 1.5),
             storm="--clients 100 --joins 200",
             soak_seconds=1, micro_seconds=0.001, deliveries="100 2",
             common="--server-core -1 --client-core -1")


def plan(size, send_batches=("io_uring", "sendmsg")):
    """Without io_uring what needs it is left out."""
    return [_data_path(size, send_batches), _subscribers(size, send_batches), _in_flight(size),
            _workers(size), _latency(size), _memory(size), _connect(size), _publish(size),
            _tls(size), _tls_clients(size), _deflate(size), _channels(size), _storms(size),
            _parts(size)]


def _run(size, name, words, seconds=None):
    length = f" --seconds {size.seconds if seconds is None else seconds:g}"
    return Run(name, tuple(f"{words}{length} {size.common}".split()))


def _more(size):
    """Rounds for the targets that are close to what is possible."""
    return 2 * size.rounds + 1 if size.rounds > 1 else 1


def _data_path(size, send_batches):
    runs = []
    for kind in send_batches:
        for scenario in ("ceiling", "fanout"):
            runs.append(_run(size, f"{scenario}_{kind}",
                             f"{scenario} --subscribers {size.main} --send-batch {kind}"))
    many = max(size.in_flight)
    for scenario in ("ceiling", "fanout"):
        runs.append(_run(size, f"{scenario}_many_in_flight", f"{scenario} --subscribers {size.main}"
                         f" --in-flight {many} --send-batch {send_batches[0]}"))
    return Group("data_path", _more(size), tuple(runs))


def _subscribers(size, send_batches):
    runs = []
    for count in size.subscribers:
        for kind in send_batches:
            runs.append(_run(size, f"subscribers_ceiling_{kind}_{count}",
                             f"ceiling --subscribers {count} --send-batch {kind}"))
        runs.append(_run(size, f"subscribers_fanout_{count}", f"fanout --subscribers {count}"))
    return Group("subscribers", size.rounds, tuple(runs))


def _in_flight(size):
    runs = []
    for count in size.in_flight:
        for scenario in ("ceiling", "fanout"):
            runs.append(_run(size, f"in_flight_{scenario}_{count}",
                             f"{scenario} --subscribers {size.main} --in-flight {count}"))
    return Group("in_flight", size.rounds, tuple(runs))


def _workers(size):
    runs = [_run(size, f"workers_{count}",
                 f"fanout --subscribers {size.main} --workers {count}") for count in (1, 2)]
    return Group("workers", size.rounds, tuple(runs))


def _latency(size):
    """{ceiling}: what the first run has found."""
    runs = [_run(size, "latency_ceiling",
                 f"ceiling --subscribers {size.main} --repeat {size.rounds}")]
    for load in size.loads:
        runs.append(_run(size, f"latency_{load:g}", f"paced --subscribers {size.main}"
                         f" --load {load:g} --ceiling {{ceiling}} --repeat {size.rounds}",
                         size.seconds * 3))
    return Group("latency", 1, tuple(runs))


def _memory(size):
    runs = [_run(size, f"idle_{count}", f"idle --clients {count}", 0.1)
            for count in size.connections]
    interval, seconds = size.pings
    runs.append(_run(size, "idle_pings",
                     f"idle --clients {size.main} --ping-interval {interval:g}", seconds))
    return Group("memory", 1, tuple(runs))


def _connect(size):
    runs = []
    for flags, name in (("", "sequential"), (" --pipelined", "pipelined"),
                        (" --pipelined after-open", "after_open")):
        for scenario, prefix in (("connect-ceiling", "ceiling"), ("connect", "connect")):
            runs.append(_run(size, f"{prefix}_{name}",
                             f"{scenario} --clients {size.main}{flags}"))
    return Group("connect", size.rounds, tuple(runs))


def _publish(size):
    return Group("publish", size.rounds, (
        _run(size, "publish_single", "publish --connections 16"),
        _run(size, "publish_batch", "publish --connections 16 --batch 100")))


def _tls(size):
    return Group("tls", _more(size), (
        _run(size, "tls_off", f"fanout --subscribers {size.main}"),
        _run(size, "tls_on", f"fanout --subscribers {size.main} --tls")))


def _tls_clients(size):
    return Group("tls_clients", 1, (
        _run(size, "tls_idle", f"idle --clients {size.main} --tls", 0.1),
        _run(size, "tls_ceiling", f"tls-ceiling --clients {size.main}"),
        _run(size, "tls_resume", f"connect --clients {min(size.main, 1000)} --tls --tls-resume")))


def _deflate(size):
    runs = [_run(size, f"deflate_{name}",
                 f"fanout --subscribers {size.main} --wire-bytes 2048{flag}")
            for name, flag in (("off", ""), ("on", " --deflate"))]
    return Group("deflate", size.rounds, tuple(runs))


def _channels(size):
    return Group("channels", _more(size), (
        _run(size, "many_channels", f"many-channels --channels {size.channels}"),))


def _storms(size):
    some = f"--clients {size.main}"
    return Group("storms", 1, (
        _run(size, "resume_storm", f"resume-storm {some}"),
        # A short age in the short form only: by default it takes seconds to find them slow.
        _run(size, "slow_readers", f"slow-readers {some}"
             + (" --outbox-age 0.5 --rate 100" if size.rounds == 1 else "")),
        _run(size, "neighbours", f"neighbours --subscribers {max(size.subscribers)} --rate 5",
             size.seconds * 5),
        _run(size, "presence_storm", f"presence-storm {size.storm}"),
        _run(size, "soak", f"soak {some}", size.soak_seconds)))


def _parts(size):
    return Group("parts", 1, (
        Run("micro", (f"--benchmark_min_time={size.micro_seconds:g}", "--benchmark_format=json"),
            "river-micro"),
        Run("instructions", tuple(size.deliveries.split()), "river-delivery")))
