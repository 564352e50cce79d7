"""Runs what is planned and keeps what each run prints."""

import json
import pathlib
import re
import subprocess
import sys
import time

from . import machine

RUN_SECONDS_MAX = 300


class Runner:
    """Programs are those in `build`, results go to `results`. If a run fails, the rest still
    runs."""

    def __init__(self, root, build, results):
        self.root = root
        self.build = pathlib.Path(build)
        self.results = results

    def send_batches(self):
        """Which ways to send work here."""
        words = ["ceiling", "--subscribers", "1", "--seconds", "0.01", "--client-core", "-1",
                 "--server-core", "-1", "--send-batch", "io_uring"]
        done = self._execute([str(self.build / "river-bench"), *words])
        if done.returncode == 0:
            return ("io_uring", "sendmsg")
        say(f"without io_uring: {done.stderr.strip()[-500:]}")
        return ("sendmsg",)

    def run(self, groups):
        """Yields, as each is done, what is to be known of a group beside its results."""
        for group in groups:
            say(f"{group.name}: {len(group.runs)} runs, {group.rounds} rounds")
            start = time.monotonic()
            before = machine.processor_seconds()
            failures = self._run_group(group)
            processor, stolen = (after - earlier for after, earlier
                                 in zip(machine.processor_seconds(), before))
            seconds = time.monotonic() - start
            say(f"{group.name}: {seconds:.0f} s")
            yield group.name, {
                "commit": machine.commit(self.root), "date": machine.now(),
                "seconds": round(seconds, 1),
                "processor_seconds": round(processor, 2), "stolen_seconds": round(stolen, 2),
                "failures": failures}

    def _run_group(self, group):
        failures = []
        kept = {run.name: [] for run in group.runs}
        for run in group.runs:
            self.results.remove(run.name)  # what fails now must not show what once was
        for number in range(group.rounds):
            for run in group.runs:
                if not (self.build / run.program).is_file():
                    say(f"  {run.name}: left out, there is no {run.program} in {self.build}")
                    continue
                command = self._command(run)
                try:
                    kept[run.name].append({**self._measure(run, command), "round": number})
                except (ValueError, OSError, subprocess.TimeoutExpired) as error:
                    failures.append(f"{' '.join(command)}: {error}")
                    say(f"  {run.name} FAILED: {error}")
                    continue
                self.results.write(run.name, {"command": " ".join(command),
                                              "rounds": kept[run.name]})
        return failures

    def _measure(self, run, command):
        """What it printed; a ValueError if it failed."""
        done = self._execute(command)
        if done.returncode != 0:
            raise ValueError(done.stderr.strip()[-2000:] or f"exit code {done.returncode}")
        if run.program == "river-bench":
            say("  " + done.stderr.strip())
        return parse(run.program, done)

    def _command(self, run):
        path = str(self.build / run.program)
        words = [self._filled_in(word) for word in run.words]
        if run.program == "river-delivery":
            out = self.results.folder / "callgrind.out"
            return ["valgrind", "--tool=callgrind", "--instr-atstart=no",
                    f"--callgrind-out-file={self._shown(out)}", path, *words]
        if run.program == "river-bench" and self.build != pathlib.Path("build/release"):
            words = [*words, "--river", str(self.build / "river")]
        return [path, *words]

    def _shown(self, path):
        """Relative to the project, where it is in it."""
        path = path.resolve()
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def _filled_in(self, word):
        if word != "{ceiling}":
            return word
        ceiling = self.results.figure("latency_ceiling", "deliveries_per_second")
        return f"{ceiling.median:.0f}" if ceiling else "0"

    def _execute(self, command):
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True,
                              timeout=RUN_SECONDS_MAX, check=False)


def parse(program, done):
    """What a program printed, as a dictionary; a ValueError if that makes no sense."""
    if program == "river-delivery":
        collected = re.search(r"Collected : (\d+)", done.stderr)
        if not collected:
            raise ValueError("callgrind collected nothing")
        return {"instructions": int(collected.group(1)), "deliveries": int(done.stdout)}
    return json.loads(done.stdout)


def say(text):
    print(text, file=sys.stderr, flush=True)
