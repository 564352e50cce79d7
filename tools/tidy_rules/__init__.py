"""check({path: text}) yields every Complaint about the project's files."""

from . import banned, includes, shape, text
from .source import Source


def check(texts):
    sources = [Source(path, content) for path, content in sorted(texts.items())]
    for source in sources:
        for rule in (*text.RULES, *shape.RULES, *banned.RULES, *includes.RULES):
            yield from rule(source)
    for rule in includes.PROJECT_RULES:
        yield from rule(sources)
