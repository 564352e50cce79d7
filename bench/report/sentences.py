"""What the plots show, in words that follow from the figures."""

from .targets import CPU, RATE


def of_subscribers(size, results):
    yield """How many events a second reach the subscribers of one channel, if the next is published
        once all have the last. The dashed lines are what the kernel gives to a program that does
        nothing but send; the bars are the range of the rounds."""
    shares = _ratios(results, size.subscribers, "subscribers_fanout_{}",
                     "subscribers_ceiling_io_uring_{}", RATE)
    if shares:
        yield _range(shares, """River makes {low:.0%} to {high:.0%} of the io_uring ceiling: least
            at {lowest:,} subscribers, most at {highest:,}.""")
    apart = _ratios(results, size.subscribers, "subscribers_ceiling_io_uring_{}",
                    "subscribers_ceiling_sendmsg_{}", RATE)
    if apart:
        yield _range(apart, """io_uring itself gives {low:.2f} to {high:.2f} of what single calls of
            sendmsg give.""")
        if max(apart.values()) < 1.3:
            yield """So nearly all of a delivery is TCP, not the system call, and there is little
                that batching could save on this kernel."""
    yield """With few subscribers a round is short, and much of it is waking up the other side,
        which the ceiling has to do as well, and the HTTP request of each publication, which it does
        not have."""


def of_growth(size, results):
    yield """The same runs, by CPU of the server. A socket that was not used for a while has left
        the processor's caches, for the kernel as for River, so that a delivery may cost more if
        there are more of them; with few, each pays a larger part of the publication."""
    least, most = min(size.subscribers), max(size.subscribers)
    for name, kind in (("River's", "fanout"), ("the io_uring ceiling's", "ceiling_io_uring")):
        growth = results.ratio(f"subscribers_{kind}_{most}", f"subscribers_{kind}_{least}", CPU)
        if growth:
            yield f"""With {most:,} subscribers {name} cost a delivery is {growth.text(2)} of that
                with {least:,}."""


def of_latency(size, results):
    yield """Publications come at a fixed rate, whether or not River keeps up. Time counts from the
        moment at which one was due until a subscriber has it. As subscribers are served one after
        the other, p50 cannot be much less than half of what a fan-out takes, nor p99 than all of
        it: the dashed line, as far as the machine is as fast as when that was measured."""
    p50 = {load: found.median for load in size.loads
           if (found := results.figure(f"latency_{load:g}", "latency_milliseconds_p50"))}
    if p50 and p50[min(p50)] > 1.2 * min(p50.values()):
        yield f"""At {min(p50):.0%} a fan-out takes longer than at higher loads: there is a pause
            before each, after which the caches are cold and the cores have to be woken up."""
    p99 = {load: found.median for load in size.loads
           if (found := results.figure(f"latency_{load:g}", "latency_p99_per_ceiling_fanout"))}
    good = [load for load in p99 if p99[load] <= 2]
    beyond = [load for load in p99 if p99[load] > 2]
    if good:
        yield f"""p99 is within two fan-outs at {_list(f"{load:.0%}" for load in good)} of the
            ceiling."""
    if beyond:
        yield f"""It is {_list(f"{p99[load]:.1f} fan-outs at {load:.0%}" for load in beyond)}."""
    if beyond and max(beyond) > 0.7:
        yield """Near the ceiling a queue builds up, as in any server, and what the machine gave to
            others for a moment takes long to make good."""


def of_memory(size, results):
    yield """Private memory of the process when all are connected, authenticated and subscribed to
        one channel, those of the warm-up among them. What it needs without anybody is where the
        line begins."""
    each = {count: found.median for count in size.connections
            if (found := results.figure(f"idle_{count}", "process_bytes_per_client"))}
    if each:
        yield f"""A connection takes {_list(f"{each[count]:,.0f} bytes if there are {count:,}"
                                            for count in each)}."""
    tls = results.figure("tls_idle", "process_bytes_per_client")
    if tls:
        yield f"""With TLS it takes {tls.median:,.0f} bytes; that is not in the plot."""


def of_kernel_memory(size, results):
    yield """What the kernel needs for the same connections, apart, as it is no server's doing:
        sockets, files and epoll entries. The clients are on this machine, too, so about half of it
        is theirs. It is read from the count of the whole machine, in whole pages, so it says little
        about small numbers."""
    each = [found.median for count in size.connections if (found := results.figure(
        f"idle_{count}", "kernel_slab_bytes_per_connection_both_ends"))]
    if each:
        yield f"""A connection takes {min(each):,.0f} to {max(each):,.0f} bytes for both ends, many
            times what River takes for it."""


def of_in_flight(size, results):
    yield """Publications that come at one moment go out in one write to each subscriber, so a
        delivery costs the less the more of them are under way. The ceiling sends as many bytes in
        one call."""
    costs = {count: found.median for count in size.in_flight
             if (found := results.figure(f"in_flight_fanout_{count}", CPU))}
    if len(costs) > 1:
        yield f"""It costs {_list(f"{cost:.2f} µs with {count}" for count, cost in costs.items())}
            in flight."""
    shares = _ratios(results, size.in_flight, "in_flight_fanout_{}", "in_flight_ceiling_{}", CPU)
    if shares:
        yield _range(shares, """That is {low:.2f} to {high:.2f} of the ceiling's cost: least with
            {lowest}, most with {highest} in flight.""")


def _ratios(results, xs, run, other, figure):
    found = {x: results.ratio(run.format(x), other.format(x), figure) for x in xs}
    return {x: spread.median for x, spread in found.items() if spread}


def _range(values, text):
    lowest, highest = min(values, key=values.get), max(values, key=values.get)
    return text.format(low=values[lowest], high=values[highest], lowest=lowest, highest=highest)


def _list(items):
    *some, last = items
    return f"{', '.join(some)} and {last}" if some else last
