"""Names that C++ code may not use, each with its replacement."""

import re
from dataclasses import dataclass, field

# Ends a line that has a good reason, which stands in the comment above it.
ALLOWED_HERE = "// tidy: allow"

# Programs' own output, for people and scripts: what `river token` prints is not a log line.
PRINTING = ("src/base/assert.cc", "src/base/log.cc", "src/server/*command*", "src/server/*main.cc",
            "bench/*", "fuzz/*")
# Where bytes meet an interface that wants another pointer type: the kernel, OpenSSL, zlib.
CASTING = ("src/net/*", "src/base/shared_bytes.h", "src/base/hash.cc", "src/base/random.cc",
           "src/base/digest.cc", "src/auth/*_key.cc", "src/broker/memory/state_file.cc",
           "src/websocket/deflate*.cc", "src/websocket/inflate*.cc")
# Manual memory: the counted block, and the log that is never freed.
OWNING = ("src/base/shared_bytes.cc", "src/base/log.cc")
# What a peer can reach, without I/O: bytes and time come in, actions come out.
PURE = ("src/http/*", "src/websocket/*", "src/protocol/*", "src/auth/*")
ONE_LOOP = (*PURE, "src/hub/*", "src/session/*", "src/transport/*", "src/api/*")


@dataclass(frozen=True)
class Ban:
    pattern: str
    replacement: str
    allowed: tuple = ()  # paths where it may be used
    only: tuple = ("*",)  # paths that the ban is about
    tests_too: bool = True
    regex: re.Pattern = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "regex", re.compile(self.pattern))


def _call(names):
    """A call of one of the C functions, not a member or a function of another namespace."""
    return rf"(?:(?<![\w.:>])|(?<=\bstd::)|(?<![\w:])::)(?:{names})\s*\("


BANS = (
    Ban(_call("strcpy|strncpy|strcat|strncat|stpcpy|gets"), "std::string, or memcpy with a size"),
    Ban(_call("v?sn?printf"), "fmt::format or fmt::format_to_n"),
    Ban(_call("v?f?printf|f?puts|f?putc|putchar|perror") + r"|\bstd::(cout|cerr|clog)\b",
        "base/log.h", allowed=PRINTING),
    Ban(_call("rand|srand|drand48") + r"|\bstd::(mt19937\w*|random_device)\b",
        "base/random.h", tests_too=False, allowed=("bench/*", "fuzz/*")),
    Ban(_call("atoi|atol|atoll|atof|strtou?ll?|strto[dfl]|sscanf")
        + r"|\bstd::sto(i|l|ll|ul|ull|f|d|ld)\b", "std::from_chars, which says what went wrong"),
    Ban(_call("strtok|localtime|gmtime|asctime|ctime|setenv|putenv"),
        "the re-entrant form: threads share its state", allowed=("bench/*",), tests_too=False),
    Ban(_call("assert"), "RIVER_ASSERT of base/assert.h, which is always on"),
    Ban(_call("sleep|usleep|nanosleep") + r"|\bsleep_(for|until)\b",
        "a timer of the loop; a test waits for what it waits for"),
    Ban(_call("setjmp|longjmp|alloca|system|popen"), "nothing: do without"),
    Ban(r"\bstd::endl\b", r"'\n'; nothing needs the flush"),
    Ban(r"\bstd::w?regex\b", "a parser by hand, in linear time; patterns are in base/pattern.h"),
    Ban(r"\busing\s+namespace\b(?!\s+std::(\w+::)*\w*literals)", "name what is used, one by one"),
    Ban(r"(?<![\s(])(?<!operator)\s+new\b",
        "std::make_unique, std::unique_ptr<T>(new T) or a value", allowed=OWNING),
    Ban(r"(?<!operator )(?<!= )\bdelete\b", "an owner: std::unique_ptr, or a value",
        allowed=OWNING),
    Ban(r"(?<!:)\b(malloc|calloc|realloc|free)\s*\((?=[^)])", "an owner: std::vector, std::string",
        allowed=("src/base/shared_bytes.*", "src/net/*", "src/websocket/*")),
    Ban(r"\.detach\s*\(\s*\)", "a joined std::jthread: someone must see it end"),
    Ban(r"\bvolatile\b", "std::atomic; volatile orders nothing"),
    Ban(r"\breinterpret_cast\b", "std::as_bytes, std::bit_cast or memcpy",
        allowed=(*CASTING, "bench/*", "fuzz/*"), tests_too=False),
    Ban(r"\b(const_cast|dynamic_cast)\b", "a design without it",
        allowed=("src/net/*", "src/websocket/*flate*", "bench/*")),
    Ban(r"\bstd::bind\b", "a lambda"),
    Ban(r"\btypedef\b", "using"),
    Ban(r"\bNULL\b", "nullptr"),
    Ban(r"\bgoto\b", "a smaller function"),
    Ban(r"\b(unix_now|steady_nanoseconds)\s*\(", "a parameter `now`: logic is told the time",
        only=PURE, tests_too=False),
    Ban(r"\bsteady_now\s*\(|_clock::now\b", "a parameter `now`: logic is told the time",
        only=(*PURE, "src/hub/*", "src/session/*"), tests_too=False),
    Ban(r"\bthrow\b(?!\s+std::bad_alloc)", "std::expected: exceptions are for starting up",
        only=ONE_LOOP, tests_too=False),
    Ban(r"\bstd::(shared_)?(mutex|lock_guard|scoped_lock|unique_lock|condition_variable)\b",
        "net/mailbox.h: nothing on a loop is locked", only=ONE_LOOP,
        allowed=("src/session/quota.h",), tests_too=False),
    Ban(r"\bstd::(jthread|thread|async)\b", "a Worker of server/: one loop a thread",
        only=ONE_LOOP, tests_too=False),
    Ban(_call("getenv|secure_getenv"), "a setting of server/config",
        allowed=("src/server/*", "src/base/log.cc", "bench/*"), tests_too=False),
)


def banned_names(source):
    if not source.is_cxx:
        return
    bans = [ban for ban in BANS
            if source.matches(ban.only) and not source.matches(ban.allowed)
            and (ban.tests_too or not source.is_test)]
    for ban in bans:
        for match in ban.regex.finditer(source.code):
            number = source.line_of(match.end() - 1)
            if source.lines[number - 1].endswith(ALLOWED_HERE):
                continue
            name = match.group().strip(" \n(.:")
            yield source.complain(number, f"'{name}' is banned; use instead: {ban.replacement}")


RULES = (banned_names,)
