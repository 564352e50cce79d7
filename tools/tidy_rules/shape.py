"""The shape of C++ files: headers, and the length of functions."""

import re

FUNCTION_LINES_MAX = 70

_SCOPE = re.compile(r"(inline\s+)?(namespace|class|struct|union|enum|extern)\b")


def header_guard_and_banner(source):
    if not source.is_header:
        return
    if not source.text.startswith("//"):
        yield source.complain(1, "a header opens with a comment: what it is, and for whom")
    if "\n#pragma once\n" not in source.text:
        yield source.complain(1, "#pragma once is missing")


def function_lengths(source):
    if not source.is_cxx or source.is_test:
        return
    for first, last in functions(source):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield source.complain(
                first, f"a function of {last - first + 1} lines, {FUNCTION_LINES_MAX} are allowed")


def functions(source):
    """The first and last line of every function's body, braces included.

    A brace opens a function if it stands directly in a namespace, a class or the file, and what
    stands before it has a parameter list; whatever is inside belongs to that function.
    """
    code = source.code
    stack = []  # (kind, position) of every open brace
    statement_start = 0
    for match in re.finditer(r"[{};]", code):
        position, mark = match.start(), match.group()
        kind = None
        if mark == "{":
            inside = any(outer == "function" for outer, _ in stack)
            kind = "inside" if inside else _kind(code[statement_start:position])
            stack.append((kind, position))
        elif mark == "}" and stack:
            kind, opened = stack.pop()
            if kind == "function":
                yield source.line_of(opened), source.line_of(position)
        if kind != "initializer":  # the constructor's own brace is yet to come
            statement_start = position + 1


def _kind(head):
    """What a brace opens, by the text since the last statement: function, initializer or other."""
    head = re.sub(r"\b(public|private|protected)\s*:(?!:)", "", head)
    head = re.sub(r"\btemplate\s*<[^;{]*?>\s*", "", head).strip()
    if "(" not in head or _SCOPE.match(head):
        return "other"
    if re.search(r"\)[\s\w]*:(?!:)", head) and re.search(r"[\w>]$", head):
        return "initializer"  # Type(int first) : member_{first} {
    outside_parentheses = re.sub(r"operator\s*[^\w\s(]+", "", head)
    while "(" in outside_parentheses:
        shorter = re.sub(r"\([^()]*\)", "", outside_parentheses)
        if shorter == outside_parentheses:
            return "initializer"  # a brace within an open parenthesis
        outside_parentheses = shorter
    return "other" if "=" in outside_parentheses else "function"


RULES = (header_guard_and_banner, function_lengths)
