"""Counts test results: count_results.py ctest DIRECTORY | junit FILE; prints two lines, how many
passed and how many failed, then one for each that failed: its name and the start of what it said.

ctest: DIRECTORY has ctest's own ctest.xml, and <program>.xml of each program that is a gtest.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


class Counts:
    def __init__(self):
        self.passed = 0
        self.failures = []  # a line each

    def add(self, case):
        """One <testcase> of JUnit's XML, as gtest, Vitest and Node write it."""
        if case.find("skipped") is not None or case.get("status") == "notrun":
            return
        wrong = case.find("failure")
        if wrong is None:
            wrong = case.find("error")
        if wrong is None:
            self.passed += 1
        else:
            said = (wrong.get("message") or wrong.text or "").strip().splitlines()
            self.fail(f"{case.get('classname')} {case.get('name')}", said[:2])

    def fail(self, name, said=()):
        self.failures.append(" ".join([name + (":" if said else ""), *said])[:300])


def add_junit(counts, file):
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        counts.add(case)


def add_ctest(counts, directory):
    for program in ElementTree.parse(directory / "ctest.xml").getroot().iter("testcase"):
        name = program.get("name")
        failures_before = len(counts.failures)
        details = directory / f"{name}_test.xml"
        if details.exists():
            add_junit(counts, details)
        elif program.get("status") != "fail":
            counts.passed += 1
        # It is no gtest, it died before it could write, or a sanitizer spoke up after all passed.
        if program.get("status") == "fail" and len(counts.failures) == failures_before:
            counts.fail(name)


def main():
    counts = Counts()
    add = {"ctest": add_ctest, "junit": add_junit}[sys.argv[1]]
    add(counts, pathlib.Path(sys.argv[2]))
    print(counts.passed, len(counts.failures), *counts.failures, sep="\n")


if __name__ == "__main__":
    main()
