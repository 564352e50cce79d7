"""Where, when and of which sources it was measured."""

import datetime
import os
import pathlib
import platform
import subprocess


def describe():
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gigabytes": round(_memory_bytes() / 2**30),
        "virtual": "hypervisor" in _flags(),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
    }


def now():
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def commit(root):
    """Of the sources; says so if they differ from it. The page itself does not count."""
    def git(*words):
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True,
                              check=False)
        return done.stdout.strip()
    head = git("rev-parse", "--short=12", "HEAD") or "unknown"
    page = (":!docs/benchmarks.md", ":!docs/benchmarks")
    return head + (" with changes" if git("status", "--porcelain", "--", ".", *page) else "")


def processor_seconds():
    """(of all, stolen by the host) since the machine started, of all cores."""
    ticks = [int(word) for word in _read("/proc/stat").splitlines()[0].split()[1:9]]
    return sum(ticks) / 100, ticks[7] / 100


def _memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor():
    for line in _read("/proc/cpuinfo").splitlines():
        if line.startswith(("model name", "Model")):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _flags():
    return next((line for line in _read("/proc/cpuinfo").splitlines() if line.startswith("flags")),
                "")


def _read(path):
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return ""
