"""docs/benchmarks.md, made of results."""

from . import sentences, storms, summary
from .charts import charts
from .markdown import commands, paragraph, table
from .targets import RATE, targets

PLOTS = (  # file, heading, words, what the runs' names begin with
    ("subscribers", "Deliveries against subscribers", sentences.of_subscribers, "subscribers_"),
    ("growth", "Cost against subscribers", sentences.of_growth, "subscribers_"),
    ("latency", "Latency against load", sentences.of_latency, "latency_"),
    ("memory", "Memory against connections", sentences.of_memory, "idle_"),
    ("kernel-memory", "The kernel's memory, apart", sentences.of_kernel_memory, "idle_"),
    ("in-flight", "Cost against publications in flight", sentences.of_in_flight, "in_flight_"),
)


def write(path, size, groups, results):
    """The page at `path`, its plots in a folder of the same name beside it."""
    runs = [run.name for group in groups for run in group.runs]
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    plots = charts(size, results)
    for name, chart in plots.items():
        (folder / f"{name}.svg").write_text(chart.svg())
    parts = [*_head(results, runs), *summary.section(size, results), *_targets(size, results)]
    for name, heading, words, prefix in PLOTS:
        if name in plots:
            parts += [f"## {heading}", "",
                      f"![{plots[name].description()}]({folder.name}/{name}.svg)", "",
                      *paragraph(*words(size, results)),
                      *commands(results, [run for run in runs if run.startswith(prefix)])]
    parts += [*storms.section(results), *_parts(results), *_noise(size, results), *_again()]
    path.write_text("\n".join(parts).rstrip("\n") + "\n")


def _head(results, runs):
    about = results.read("suite") or {}
    machine = about.get("machine", {})
    groups = about.get("groups", {}).values()
    measured = [run for run in runs if results.has(run)]
    failures = [failure for group in groups for failure in group["failures"]]
    rounds = sum(len(results.rounds(run)) for run in measured)
    return [
        "# Benchmarks", "",
        "Made by `./dev bench`; do not edit.", "",
        *table(["", ""], [
            ["Processor", f"{machine.get('processor')}, {machine.get('cores')} cores"
             + (", a virtual machine" if machine.get("virtual") else "")],
            ["Memory", f"{machine.get('memory_gigabytes')} GiB"],
            ["System", f"{machine.get('system')}, Linux {machine.get('kernel')}"],
            # One of each, unless the suite was measured in parts.
            ["Commit", _range(f"`{group['commit']}`" for group in groups)],
            ["When", _range(group["date"] for group in groups)
             + f"; {sum(group['seconds'] for group in groups) / 60:.1f} minutes"],
        ]),
        *paragraph("""The server has one core, the clients another, and TCP goes over the loopback
            interface, where a part of the receiving counts as the sender's work. How much comes out
            a second says more about the machine than about River. So it stands beside a *ceiling*
            that was measured in the same minute: what a bare program makes, without protocol, that
            sends as many bytes to as many sockets."""),
        *paragraph("""A figure is the median, with the lowest and the highest of all rounds in
            parentheses; a ratio is taken round by round."""),
        *paragraph(f"""{rounds} measurements of {len(measured)} kinds. One in which an event is
            lost, doubled or reordered has failed;""",
                   "**these failed, and are missing below:**" if failures else "none has."),
        *(f"- `{failure}`" for failure in failures), *[""] * bool(failures)]


def _range(texts):
    """The first and the last of them."""
    texts = sorted(set(texts))
    return texts[0] if len(texts) == 1 else f"{texts[0]} – {texts[-1]}" if texts else "unknown"


def _targets(size, results):
    rows, reached = [], 0
    for target in targets(size):
        found = target.found(results)
        if found is None:
            rows.append([target.what, target.wanted(), "–", "not measured", "", ""])
            continue
        reached += target.reached(found)
        verdict = target.verdict(found)
        rows.append([target.what, target.wanted(), found.text(target.digits) + target.unit,
                     verdict if target.reached(found) else f"**{verdict}**",
                     target.beside(results) if target.beside else "",
                     "\n".join(f"`{_short(results.command(run))}`" for run in target.runs)])
    return ["## Targets", "",
            *paragraph(f"""{reached} of {len(rows)} are reached. "Within noise" means that some
                rounds say one thing and some the other. The commands are those of
                `build/release/river-bench`."""),
            *table(["What", "Target", "Found", "", "Beside it", "Commands"], rows)]


def _short(command):
    return command.split("river-bench ", 1)[-1]


def _parts(results):
    lines = []
    if results.has("instructions"):
        counted = results.rounds("instructions")[-1]
        each = counted["instructions"] / counted["deliveries"]
        lines += paragraph(f"""**{each:,.0f} instructions a delivery** through broker, hub, encoding
            and outbox, without sockets, counted by callgrind over {counted['deliveries']:,}
            deliveries. That does not depend on who else is on the machine.""")
    if results.has("micro"):
        rows = [[f"`{each['name']}`", f"{each['cpu_time']:,.0f} ns", _throughput(each)]
                for each in results.rounds("micro")[-1]["benchmarks"]]
        lines += table(["", "CPU", "a second"], rows)
    if not lines:
        return []
    return ["## Single parts", "", *lines, *commands(results, ("instructions", "micro"))]


def _throughput(each):
    if "bytes_per_second" in each:
        return f"{each['bytes_per_second'] / 1e6:,.0f} MB"
    return f"{each['items_per_second']:,.0f}" if "items_per_second" in each else ""


def _noise(size, results):
    """The same command at different times of the suite: what differs is the machine."""
    rows = []
    for when, run in (("first", "ceiling_io_uring"),
                      ("with the subscribers", f"subscribers_ceiling_io_uring_{size.main}"),
                      ("with those in flight", "in_flight_ceiling_1"),
                      ("with the latency", "latency_ceiling")):
        found = results.figure(run, RATE)
        if found:
            rows.append([when, found.text(), f"{found.percent:.0f} %"])
    groups = (results.read("suite") or {}).get("groups", {}).values()
    stolen = (sum(group["stolen_seconds"] for group in groups)
              / max(sum(group["processor_seconds"] for group in groups), 1))
    if not rows:
        return []
    return ["## How noisy the machine was", "",
            *paragraph(f"""The ceiling for {size.main:,} subscribers was measured several
                times. It is the same program each time, so what differs is the machine's doing. A
                smaller difference between two figures that were not measured side by side says
                nothing. The host took {stolen:.1%} of the processors' time for others."""),
            *table(["When", "Deliveries/s", "From lowest to highest"], rows)]


def _again():
    return ["## Again", "", "```sh",
            "./dev bench                 # all of this, in less than 15 minutes on two cores",
            "./dev bench --only latency  # one group; the others' results are kept",
            "./dev bench --page          # the page again, of the results in build/bench/",
            "```", "",
            *paragraph("""[bench/README.md](../bench/README.md) explains the scenarios, and how to
                measure another server with the same client.""")]
