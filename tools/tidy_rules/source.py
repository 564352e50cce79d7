"""One file as the rules see it."""

import fnmatch
import re
from dataclasses import dataclass
from functools import cached_property

# Comments, strings and characters of C++, in the order in which they hide one another.
_HIDDEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)


@dataclass(frozen=True)
class Complaint:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Source:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")
        self.is_cxx = path.endswith((".cc", ".h"))
        self.is_header = path.endswith(".h")
        self.is_test = path.endswith(("_test.cc", "_testing.h", "_for_test.h"))
        parts = path.split("/")
        self.room = parts[1] if parts[0] == "src" and len(parts) > 2 else None

    def matches(self, patterns):
        return any(fnmatch.fnmatch(self.path, pattern) for pattern in patterns)

    def complain(self, line, message):
        return Complaint(self.path, line, message)

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    @cached_property
    def code(self):
        """The text with comments, strings and preprocessor lines blanked; positions stay."""
        def blank(match):
            return re.sub(r"[^\n]", " ", match.group())
        without_comments = _HIDDEN.sub(blank, self.text)
        return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, without_comments, flags=re.MULTILINE)

    @cached_property
    def includes(self):
        """[(line, name, is_quoted)]"""
        pattern = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
        found = []
        for number, line in enumerate(self.lines, 1):
            match = pattern.match(line)
            if match:
                found.append((number, match[1] or match[2], match[1] is not None))
        return found
