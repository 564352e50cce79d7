"""The part of the page about what happens when things go wrong."""

from .markdown import commands, paragraph, table

RUNS = ("resume_storm", "slow_readers", "neighbours", "presence_storm", "soak")


def section(results):
    rows = [row for name, tell in zip(RUNS, (_resume, _slow, _neighbours, _presence, _soak))
            if results.has(name) for row in [tell(results.rounds(name)[-1])]]
    if not rows:
        return []
    return ["## When things go wrong", "",
            *paragraph("""Short forms, once each; the long ones are in
                [bench/README.md](../bench/README.md#scenarios). Every offset of every subscription
                of every client is looked at."""),
            *table(["What happens", "What was seen", "Lost, doubled, reordered of all events"],
                   rows),
            *commands(results, RUNS)]


def _row(result, what, seen):
    wrong = ", ".join(str(result[word]) for word in ("lost", "doubled", "reordered"))
    if "events" in result:
        wrong = f"{wrong} of {result['events']:,}" if result["events"] else "none are published"
    return [what, " ".join(seen.split()), wrong]


def _resume(result):
    figure = _reader(result)
    return _row(
        result,
        f"`resume-storm`: {result['clients'] - result['stay']:,} of {result['clients']:,} clients"
        " are cut off at once and come back, while publications go on",
        f"""All had everything after {figure('all_recovered_seconds'):.2f} s;
            {figure('not_recovered'):,.0f} were told that they had missed something. p99 of those
            that stayed: {figure('stay_latency_before_milliseconds_p99'):.1f} ms before,
            {figure('stay_latency_storm_milliseconds_p99'):.1f} ms meanwhile""")


def _slow(result):
    figure = _reader(result)
    return _row(
        result, f"`slow-readers`: {result['slow']:,} of {result['clients']:,} clients stop reading",
        f"""After {figure('slow_closed_after_seconds'):.1f} s they were closed:
            {figure('slow_closed_with_4430'):,.0f} with 4430,
            {figure('slow_closed_by_reset'):,.0f} by reset, {figure('slow_not_closed'):,.0f} not.
            p99 of the others: {figure('latency_before_milliseconds_p99'):.1f} ms before,
            {figure('latency_with_slow_milliseconds_p99'):.1f} ms with them""")


def _neighbours(result):
    figure = _reader(result)

    def latency(moment):
        p50, p99 = (figure(f"latency_{moment}_milliseconds_{part}") for part in ("p50", "p99"))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"

    return _row(
        result,
        f"`neighbours`: a small channel while {result['large_publications_per_second']:,.0f} events"
        f" a second go to {result['subscribers']:,} subscribers of another, by the same core",
        f"Of the small one: {latency('beside_large')}; alone {latency('alone')}")


def _presence(result):
    figure = _reader(result)
    return _row(
        result,
        f"`presence-storm`: {result['clients']:,} clients come at"
        f" {result['joins_asked_per_second']:,.0f} a second, each is told of all others",
        f"""{figure('joins_per_second_slowest_window'):,.0f} joins/s in the slowest part,
            {figure('joins_per_second_last_window'):,.0f} in the last. At the peak
            {figure('join_notices_per_second_peak'):,.0f} notices/s in
            {figure('join_messages_per_second_peak'):,.0f} messages/s, with
            {figure('join_server_busy_share_peak'):.0%} of a core. p99 of a join:
            {figure('join_milliseconds_p99'):.1f} ms. Wrong views of the members:
            {figure('wrong_views_at_peak'):,.0f} when all are there,
            {figure('wrong_views_at_end'):,.0f} at the end""")


def _soak(result):
    figure = _reader(result)

    def trend(name, factor=1, digits=1):
        first, last = figure(f"{name}_first") * factor, figure(f"{name}_last") * factor
        return f"{first:,.{digits}f} → {last:,.{digits}f}"

    return _row(
        result, f"`soak`: {result['seconds']:,.0f} s of everything at once, with churn",
        f"""{figure('came_back'):,.0f} clients came back, {figure('not_recovered'):,.0f} were told
            that they had missed something. From the first sample to the last: memory
            {trend('private_bytes', 1e-6)} MB, descriptors {trend('descriptors', digits=0)}, p99
            {trend('latency_p99_milliseconds')} ms. Histories still fill in so short a time; an hour
            (`--seconds 3600`) shows what stays flat""")


def _reader(result):
    return lambda name: result[name]["median"]
