"""The plots of the page, made of results: {file name: Chart}."""

from .plot import Chart, Point, Series
from .spread import Spread
from .targets import CPU, RATE


def charts(size, results):
    """Those for which everything, or at least something, was measured."""
    made = {
        "subscribers": _subscribers(size, results),
        "latency": _latency(size, results),
        "memory": _memory(size, results),
        "kernel-memory": _kernel_memory(size, results),
        "in-flight": _in_flight(size, results),
        "growth": _growth(size, results),
    }
    return {name: chart for name, chart in made.items()
            if any(series.points for series in chart.series)}


def _series(name, results, runs, figure, factor=1, yardstick=False):
    """`runs`: {x: the run}."""
    points = []
    for x, run in runs.items():
        found = results.figure(run, figure)
        if isinstance(found, Spread):
            found = found.scaled(factor)
            points.append(Point(x, found.median, found.low, found.high))
    return Series(name, points, yardstick)


def _by_subscribers(size, results, figure):
    def runs(kind):
        return {count: f"subscribers_{kind}_{count}" for count in size.subscribers}
    return [
        _series("River", results, runs("fanout"), figure),
        _series("Ceiling, io_uring", results, runs("ceiling_io_uring"), figure, yardstick=True),
        _series("Ceiling, sendmsg", results, runs("ceiling_sendmsg"), figure, yardstick=True),
    ]


def _subscribers(size, results):
    return Chart("Deliveries against subscribers", "subscribers of one channel (log scale)",
                 "deliveries a second", _by_subscribers(size, results, RATE), log_x=True,
                 x_ticks=size.subscribers)


def _growth(size, results):
    return Chart("Cost of a delivery against subscribers", "subscribers of one channel (log scale)",
                 "CPU of the server, µs a delivery", _by_subscribers(size, results, CPU),
                 log_x=True, x_ticks=size.subscribers)


def _latency(size, results):
    runs = {load * 100: f"latency_{load:g}" for load in size.loads}
    return Chart(
        "Latency against load", "load, % of the ceiling's deliveries a second",
        "from due to received, ms (log scale)", [
            _series("p99", results, runs, "latency_milliseconds_p99"),
            _series("p50", results, runs, "latency_milliseconds_p50"),
            _series("One fan-out at the ceiling", results, runs, "ceiling_fanout_milliseconds",
                    yardstick=True),
        ], log_y=True, x_ticks=tuple(runs))


def _memory(size, results):
    runs = {_connections(results, count): f"idle_{count}" for count in size.connections}
    return Chart("Process memory against connections", "connections, each with one subscription",
                 "private memory of the process, MB",
                 [_series("River", results, runs, "process_bytes", 1e-6)],
                 x_ticks=(0, *size.connections))


def _connections(results, count):
    """That are there when `count` have come: those of the warm-up, too."""
    rounds = results.rounds(f"idle_{count}")
    return rounds[-1]["connections"]["median"] if rounds and "connections" in rounds[-1] else count


def _kernel_memory(size, results):
    points = []
    for count in size.connections:
        found = results.figure(f"idle_{count}", "kernel_slab_bytes_per_connection_both_ends")
        if found:
            points.append(Point(count, found.scaled(count / 1e6).median))
    return Chart("Kernel memory against connections", "connections, each with one subscription",
                 "growth of the kernel's own memory, MB",
                 [Series("Both ends: the server's sockets and the client's", points)],
                 x_ticks=(0, *size.connections))


def _in_flight(size, results):
    def runs(kind):
        return {count: f"in_flight_{kind}_{count}" for count in size.in_flight}
    return Chart(
        "Cost of a delivery against publications in flight", "publications in flight (log scale)",
        "CPU of the server, µs a delivery (log scale)", [
            _series("River", results, runs("fanout"), CPU),
            _series("Ceiling, as many bytes in one send", results, runs("ceiling"), CPU,
                    yardstick=True),
        ], log_x=True, log_y=True, x_ticks=size.in_flight)
