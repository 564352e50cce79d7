"""Counts test results: count_results.py ctest DIRECTORY | junit FILE; prints `passed failed`.

ctest: DIRECTORY has ctest's own ctest.xml, and <program>.xml of each program that is a gtest.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def gtest_counts(file):
    suites = ElementTree.parse(file).getroot()
    left_out = int(suites.get("disabled", 0)) + len(suites.findall(".//testcase/skipped"))
    failed = int(suites.get("failures")) + int(suites.get("errors"))
    return int(suites.get("tests")) - failed - left_out, failed


def ctest_counts(directory):
    passed = failed = 0
    for program in ElementTree.parse(directory / "ctest.xml").getroot().iter("testcase"):
        program_failed = program.get("status") == "fail"
        details = directory / f"{program.get('name')}_test.xml"
        if not details.exists():  # not a gtest, or it died before it could write
            cases = (0, 1) if program_failed else (1, 0)
        else:
            cases = gtest_counts(details)
            if program_failed and cases[1] == 0:  # all cases passed, then a sanitizer spoke up
                cases = (cases[0], 1)
        passed += cases[0]
        failed += cases[1]
    return passed, failed


def junit_counts(file):
    cases = list(ElementTree.parse(file).getroot().iter("testcase"))
    failed = [case for case in cases
              if case.find("failure") is not None or case.find("error") is not None]
    left_out = [case for case in cases if case.find("skipped") is not None]
    return len(cases) - len(failed) - len(left_out), len(failed)


def main():
    count = {"ctest": ctest_counts, "junit": junit_counts}[sys.argv[1]]
    print(*count(pathlib.Path(sys.argv[2])))


if __name__ == "__main__":
    main()
