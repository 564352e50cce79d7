"""Rules for every text file."""

import re

# Texts by others or by tools, and inputs that are odd on purpose.
NOT_OURS = ("LICENSE", "console/river.js", "fuzz/corpus/*", "package-lock.json", "*/testdata/*",
            "*.svg", "*.dict")
# The rules themselves and their samples.
TIDY = ("tools/tidy_rules/*", "tools/tidy_test")

LINE_LENGTH_MAX = 100
LINE_LENGTH_FILES = ("*.cc", "*.h", "*.py", "*.sh", "*.ts", "*.js", "*.mjs", "*.cjs",
                     "dev", ".ci/run", "tools/tidy", "tools/tidy_test")
FILE_LINES_MAX = 600
FILE_LINES_FILES = (*LINE_LENGTH_FILES, "*.css", "*.html", "*.cmake", "*CMakeLists.txt")

BANNED_TEXT = (
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "do it now, or file an issue"),
    (re.compile(r"^(<{7}|>{7}|\|{7})( |$)|^={7}$"), "a merge was left unfinished"),
    (re.compile(r"(?<![\w.$}-])/(home|root|work|Users)/\w"),
     "a path of one machine; write it relative to the project"),
)


def whitespace(source):
    if source.matches(NOT_OURS):
        return
    if source.text and not source.text.endswith("\n"):
        yield source.complain(len(source.lines), "the last line has no end; add a newline")
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            yield source.complain(number, "white space at the end of the line")
        if "\t" in line and source.is_cxx:
            yield source.complain(number, "a tab; indent with spaces")


def lengths(source):
    if source.matches(LINE_LENGTH_FILES) and not source.matches(NOT_OURS):
        for number, line in enumerate(source.lines, 1):
            if len(line) > LINE_LENGTH_MAX:
                yield source.complain(number, f"{len(line)} columns, {LINE_LENGTH_MAX} are allowed")
    if source.matches(FILE_LINES_FILES) and len(source.lines) > FILE_LINES_MAX:
        yield source.complain(
            FILE_LINES_MAX, f"{len(source.lines)} lines, {FILE_LINES_MAX} are allowed; split it")


def banned_text(source):
    if source.matches(NOT_OURS) or source.matches(TIDY):
        return
    for number, line in enumerate(source.lines, 1):
        for pattern, replacement in BANNED_TEXT:
            match = pattern.search(line)
            if match:
                yield source.complain(number, f"'{match.group()}': {replacement}")


def lockfile_names_no_registry(source):
    if not source.path.endswith("package-lock.json"):
        return
    for number, line in enumerate(source.lines, 1):
        if '"resolved": "http' in line:
            yield source.complain(
                number, "names a registry; npm's omit-lockfile-registry-resolved keeps it out")
            return


RULES = (whitespace, lengths, banned_text, lockfile_names_no_registry)
