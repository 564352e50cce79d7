"""Which room may include which, and where heavy or system headers may stand."""

import fnmatch
import re

# The rooms of src/, and the other rooms that each may include: arrows go one way only.
ROOMS = {
    "base": (),
    "net": ("base",),
    "http": ("base",),
    "websocket": ("base",),
    "protocol": ("base",),
    "auth": ("base",),
    "broker": ("base", "net"),
    "hub": ("base", "protocol", "broker"),
    "session": ("base", "protocol", "auth", "hub", "broker"),
    "transport": ("base", "net", "http", "websocket", "protocol", "auth", "hub", "session"),
    "api": ("base", "http", "protocol", "auth", "broker", "hub"),
    "server": ("base", "net", "http", "websocket", "protocol", "auth", "broker", "hub", "session",
               "transport", "api"),
}

# Headers that take seconds to compile: one .cc wraps each, so that a rebuild stays quick. The
# second word is how many .cc files may include it.
HEAVY = {
    "boost/beast*": "one",
    "spdlog/*": "one",
    "toml++/*": "one",
    "CLI/*": "one",
    "simdjson*": "one a room",
    "openssl/*": "any",
    "zlib.h": "any",
    "liburing*": "any",
}
BANNED_HEADERS = {
    "boost/asio/[!b]*": "net/loop.h",  # Beast itself takes boost/asio/buffer.hpp
    "regex": "a parser by hand",
    "iostream": "base/log.h, or <cstdio> where a command prints",
    "format": "fmt/format.h: GCC 12 has no <format>",
    "cassert": "base/assert.h",
    "assert.h": "base/assert.h",
}
SYSTEM = re.compile(
    r"^(sys/(?!types\.h).*|netinet/.*|arpa/.*|net/if.*|netdb\.h|unistd\.h|fcntl\.h|poll\.h"
    r"|signal\.h|csignal|pthread\.h|time\.h|ctime|thread|filesystem|fstream)$")
SYSTEM_ALLOWED = ("src/net/*", "src/server/*", "src/base/log.cc", "src/base/file.cc",
                  "src/broker/memory/state_file.cc", "bench/*", "fuzz/*", "*_test.cc",
                  "*_testing.h", "*_for_test.h")
GENERATED = ("page_bytes.h",)


def direction(source):
    if source.room is None:
        return
    if source.room not in ROOMS:
        yield source.complain(1, f"src/{source.room}/ is not a room; add it to tools/tidy_rules")
        return
    for line, name, quoted in source.includes:
        if not quoted or name in GENERATED:
            continue
        if name.startswith(".") or "/" not in name:
            yield source.complain(line, f'"{name}": write the path from src/, as "base/hash.h"')
            continue
        room = name.split("/")[0]
        if room not in ROOMS:
            yield source.complain(line, f'"{name}": outside headers stand in <angle brackets>')
        elif room != source.room and room not in ROOMS[source.room]:
            allowed = ", ".join(ROOMS[source.room]) or "nothing"
            yield source.complain(line, f"{source.room}/ may not include {room}/, only: {allowed}")


def broker_seam(source):
    """The brokers behind the seam are for those who make one: the server, and tests."""
    if source.room in (None, "broker", "server") or source.is_test:
        return
    for line, name, quoted in source.includes:
        if quoted and re.match(r"broker/.*/", name):
            yield source.complain(line, f'"{name}" is behind the seam; include broker/broker.h')


def system_headers(source):
    if not source.is_cxx or source.matches(SYSTEM_ALLOWED):
        return
    for line, name, quoted in source.includes:
        if not quoted and SYSTEM.match(name):
            yield source.complain(
                line, f"<{name}>: only net/ and server/ talk to the system; pass values in")


def heavy_headers(source):
    if not source.is_cxx:
        return
    for line, name, quoted in source.includes:
        if quoted:
            continue
        if source.is_header and source.room and not source.is_test and _heavy(name):
            yield source.complain(line, f"<{name}> is heavy; include it in one .cc and wrap it")
        for pattern, replacement in BANNED_HEADERS.items():
            if fnmatch.fnmatch(name, pattern) and source.room and not source.is_test:
                yield source.complain(line, f"<{name}> is banned; use instead: {replacement}")


def _heavy(name):
    return next((pattern for pattern in HEAVY if fnmatch.fnmatch(name, pattern)), None)


def heavy_headers_have_one_user(sources):
    first_users = {}
    for source in sources:
        if source.room is None or source.is_header or source.is_test:
            continue
        for line, name, quoted in source.includes:
            pattern = None if quoted else _heavy(name)
            if pattern is None or HEAVY[pattern] == "any":
                continue
            place = source.room if HEAVY[pattern] == "one a room" else ""
            first = first_users.setdefault((pattern, place), source.path)
            if first != source.path:
                yield source.complain(line, f"<{name}> is heavy, and {first} has it already")


RULES = (direction, broker_seam, system_headers, heavy_headers)
PROJECT_RULES = (heavy_headers_have_one_user,)
