"""The page in short: what is good and what is not, as the figures have it."""

from .markdown import paragraph
from .targets import RATE, targets


def section(size, results):
    good = [sentence for tell in (_fan_out, _latency, _memory, _publish)
            for sentence in tell(size, results)]
    missed = [(target, found) for target in targets(size)
              if (found := target.found(results)) and not target.reached(found)]
    lines = ["## In short", "", *(" ".join(f"- {sentence}".split()) for sentence in good)]
    if missed:
        lines.append("- Not reached (why is in the [table](#targets)):")
        lines += [f"  - {target.what}: {found.median:,.{target.digits}f} instead of"
                  f" {target.wanted()}{' (within noise)' * target.is_noisy(found)}"
                  for target, found in missed]
    return [*lines, ""] if len(lines) > 2 else paragraph("Nothing was measured yet.")


def _fan_out(size, results):
    many = max(size.in_flight)
    for runs, words in ((("fanout_io_uring", "ceiling_io_uring"), "one publication"),
                        (("fanout_many_in_flight", "ceiling_many_in_flight"),
                         f"{many} publications")):
        if results.has(*runs):
            share = results.ratio(*runs, RATE)
            yield f"""{results.figure(runs[0], RATE).median:,.0f} deliveries a second to
                {size.main:,} subscribers, by one core, with {words} in flight:
                {share.median:.0%} of the ceiling."""


def _latency(size, results):
    run = "latency_0.5"
    if results.has(run):
        yield f"""At half of what the ceiling makes an event reaches {size.main:,} subscribers in
            {results.figure(run, 'latency_milliseconds_p50').median:.1f} ms (p50) and
            {results.figure(run, 'latency_milliseconds_p99').median:.1f} ms (p99)."""


def _memory(size, results):
    run = f"idle_{max(size.connections)}"
    if results.has(run):
        kernel = results.figure(run, "kernel_slab_bytes_per_connection_both_ends").median / 2
        yield f"""{results.figure(run, 'process_bytes_per_client').median:,.0f} bytes of memory a
            connection, of {max(size.connections):,}; the kernel's own share is about
            {kernel:,.0f} bytes."""


def _publish(_size, results):
    if results.has("publish_single", "publish_batch"):
        single, batch = (results.figure(run, "publications_per_cpu_second").median
                         for run in ("publish_single", "publish_batch"))
        yield f"""{single:,.0f} publications a second and core over HTTP, {batch:,.0f} in batches of
            100."""
