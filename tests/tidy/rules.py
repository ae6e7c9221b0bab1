"""The house rules. Each rule is a generator of (path, line, text); docs/architecture.md says why they exist."""

import os
import re

from source import CPP, SOURCES

MAX_LINES = 600

# --- layering: who may include whom (architecture.md, section "The tree") ---------------------------------------------------

_BASE = {"core/base"}
_FLOOR = _BASE | {"core/env", "core/trace", "core/crypto"}
_MESSAGE = _FLOOR | {"core/message"}
_CORE = {"core"}

MAY_INCLUDE = {   # longest matching prefix of the including file counts; a room may always include itself
    "core/base": set(),
    "core/env": _BASE,
    "core/trace": _BASE | {"core/env"},
    "core/crypto": _BASE,
    "core/ipfs": _BASE | {"core/crypto"},      # pure
    "core/message": _FLOOR,
    "core/economy": _MESSAGE - {"core/env"},   # pure
    "core/qc": _MESSAGE - {"core/env"},        # pure
    "core/trust": _FLOOR | {"core/message"},
    "core/store": _MESSAGE | {"core/economy"},
    "core/compute": _MESSAGE | {"core/economy"},
    "core/access": _MESSAGE | {"core/economy"},
    "core/chain": _MESSAGE | {"core/ipfs"},
    "core/gossip": _MESSAGE | {"core/ipfs"},
    "core/sync": _MESSAGE | {"core/economy", "core/store", "core/chain", "core/gossip"},
    "core/node": _CORE,
    "scenarios/engine": _CORE,
    "sim": _CORE | {"scenarios/engine"},
    "real": _CORE,
    "real/rig": _CORE | {"real", "scenarios/engine"},
    "tools/arguments": _BASE,
    "tools/study": _BASE | {"core/trace"},
    "tools/lab": _CORE | {"scenarios/engine", "sim", "tools/arguments", "tools/console", "tools/study"},
    "tools/console": _CORE | {"scenarios/engine", "tools/arguments", "tools/study"},
    "tools/sim": _CORE | {"sim", "scenarios/engine", "tools/arguments", "tools/console", "tools/study"},
    "tools/rig": _CORE | {"real", "scenarios/engine", "tools/arguments", "tools/console", "tools/study"},
    "tools/node": _CORE | {"real", "tools/arguments"},
    "tools/cli": _CORE | {"real", "tools/arguments", "tools/console"},
}

# Libraries that only some rooms may see.
_THREADS = r"thread|jthread|mutex|shared_mutex|condition_variable|future|barrier|latch|semaphore|stop_token|pthread\.h"
_OUTSIDE = (
    r"chrono|ctime|time\.h|random|fstream|filesystem|iostream|csignal|signal\.h|unistd\.h|fcntl\.h|netdb\.h|dlfcn\.h|poll\.h"
    r"|sys/.*|netinet/.*|arpa/.*|boost/(?:asio|beast|process|filesystem|thread|interprocess)\b.*|rocksdb/.*|curl/.*|spdlog/.*"
    r"|CLI/.*|toml\+\+/.*"
)
FORBIDDEN_HEADERS = [   # (folders, headers, why)
    (("core/",), re.compile(rf"^(?:{_THREADS}|{_OUTSIDE})$"), "core reaches clocks, threads, files and sockets through core/env only"),
    (("core/", "real/", "scenarios/", "sim/env/", "sim/fault/", "sim/run/", "sim/world/"), re.compile(r"^simgrid/"), "SimGrid belongs to sim/physics"),
    (("core/", "sim/", "scenarios/"), re.compile(r"^(?:boost/(?:asio|beast)\b|rocksdb/)"), "sockets and disks belong to real/"),
]


def _starts(path, prefix):
    return path == prefix or path.startswith(prefix + "/")


def _room(path, table):
    matches = [prefix for prefix in table if _starts(path, prefix)]
    return max(matches, key=len) if matches else None


def layering(tree):
    for file in tree.cpp:
        room = _room(file.path, MAY_INCLUDE)
        for line, own, what in file.includes:
            if room and own and what in tree.names and not _starts(what, room) and not any(_starts(what, allowed) for allowed in MAY_INCLUDE[room]):
                yield file.path, line, f"{room} may not include {what}"
            for folders, headers, why in FORBIDDEN_HEADERS:
                if not own and file.path.startswith(folders) and headers.match(what):
                    yield file.path, line, f"<{what}>: {why}"


def includes_from_the_root(tree):
    for file in tree.cpp:
        for line, own, what in file.includes:
            if own and what not in tree.names:
                yield file.path, line, f'"{what}" is no file of the tree: includes start at the root'


# Libraries that cost every includer a second or more: (header, what a header of ours does instead).
HEAVY_HEADERS = [
    (re.compile(r"^nlohmann/json\.hpp$"), "json_fwd.hpp in headers"),
    (re.compile(r"^(?:boost/multiprecision/.*|core/base/uint256_wide\.hpp)$"), "core/base/uint256.hpp in headers"),
    (re.compile(r"^CLI/.*"), "command lines are read in one source of a program"),
]
HEAVY_ALLOWED = {"core/base/uint256_wide.hpp"}   # the one way to the library, for sources


def heavy_headers(tree):
    for file in tree.cpp:
        if file.path.endswith(".cpp") or file.path.startswith("tests/") or file.path in HEAVY_ALLOWED:
            continue
        for line, _, what in file.includes:
            for headers, instead in HEAVY_HEADERS:
                if headers.match(what):
                    yield file.path, line, f"{what} costs every includer a second or more: {instead}"


def pragma_once(tree):
    for file in tree.cpp:
        if not file.path.endswith(".cpp") and not any(line.strip() == "#pragma once" for line in file.lines):
            yield file.path, 1, "header without #pragma once"


# --- calls that core/ may not make ------------------------------------------------------------------------------------------

_CALLS = [   # (pattern, why)
    (r"\b(?:clock_gettime|gettimeofday|localtime|gmtime|mktime|strftime)\s*\(|(?:\bstd::|[^\w:]::)time\s*\(|\bstd::chrono\b"
     r"|\b(?:system|steady|high_resolution)_clock\b|\b(?:u|nano)?sleep\s*\(|\bsleep_(?:for|until)\b", "clock or sleep: env::Clock, env::Timers"),
    (r"\brandom_device\b|\bmt19937|\b(?:s?rand|random|drand48|getrandom)\s*\(|\brandombytes_\w+|\bRAND_(?:priv_)?bytes\b"
     r"|\bstd::(?:uniform|normal|bernoulli|poisson|exponential)\w*_distribution\b|\bstd::shuffle\b", "random: env::Random, lastmile::Generator"),
    (r"\bstd::(?:jthread|thread|mutex|shared_mutex|recursive_mutex|condition_variable\w*|async|future|promise|atomic\w*)\b"
     r"|\bthread_local\b|\bpthread_\w+", "threads: env::Executor"),
    (r"\b(?:f|fd)open\s*\(|(?:^|[^\w>]|\breturn\s+)::open(?:at)?\s*\(|\bO_(?:RDONLY|WRONLY|RDWR|CREAT)\b|\b(?:std::)?[io]?fstream\b|\bstd::filesystem\b|\b(?:mkstemp|unlink|opendir|mmap)\s*\(", "files: env::Disk"),
    (r"(?<![\w.>])(?:socket|accept4?|listen|connect|bind|recv|recvfrom|sendto|setsockopt|getaddrinfo)\s*\((?=[^)]*\bfd\b|\s*AF_)"
     r"|\bAF_INET|\bSOCK_STREAM\b", "sockets: env::Network"),
    (r"\b(?:secure_)?getenv\b|\b(?:set|put)env\b", "environment variables: configuration is passed in"),
    (r"\bstd::c(?:out|err|log)\b|\b(?:std::)?v?f?printf\s*\(|\b(?:std::)?f?put[cs](?:har)?\s*\(|\bperror\s*\(", "output: trace events, results"),
    (r"\bsystem\s*\(|\bpopen\s*\(|\b(?:v?fork|execv[pe]*|execl[pe]*|posix_spawnp?)\s*\(|\b(?:std::)?(?:abort|_?exit|quick_exit|terminate)\s*\(",
     "processes: a core never ends or starts one"),
]
BANNED_CALLS = [(re.compile(pattern), why) for pattern, why in _CALLS]

ALLOWED_CALLS = {   # (file, word): reason
    ("core/base/check.cpp", "fprintf"): "the last words of a program whose own assertion failed",
    ("core/env/frame.hpp", "atomic"): "the owner counter of a shared immutable frame: another thread may drop the last copy",
    ("core/base/check.cpp", "abort"): "an own mistake stops the program in every build type",
}


def banned_calls(tree):
    for file in tree.cpp:
        if not file.path.startswith("core/"):
            continue
        for number, line in enumerate(file.code, 1):
            for pattern, why in BANNED_CALLS:
                for match in pattern.finditer(line):
                    if not any(path == file.path and word in match.group() for path, word in ALLOWED_CALLS):
                        yield file.path, number, f"`{match.group().strip(' (')}` in core/. {why}"


def allow_list_is_used(tree):
    """An exception that nothing needs any more is taken out of the list."""
    for path, word in ALLOWED_CALLS:
        file = tree.by_name.get(path)
        if file is not None and not any(word in line for line in file.code):
            yield path, 1, f"ALLOWED_CALLS names `{word}`, which is not there any more"


# --- who writes blobs -------------------------------------------------------------------------------------------------------

_BLOB_CALL = re.compile(r"\b(put_blob|remove_blob)\s*\(")


def blob_writers(tree):
    """Only the store keeps the books of who owns a blob (docs/decisions/0122)."""
    for file in tree.cpp:
        if not file.path.startswith("core/") or file.path.startswith(("core/store/", "core/env/")):
            continue
        for number, line in enumerate(file.code, 1):
            if match := _BLOB_CALL.search(line):
                yield file.path, number, f"`{match.group(1)}` outside core/store: use Store::put_file, so that the blob has an owner"


# --- order of unordered containers ------------------------------------------------------------------------------------------

_ORDERED_FOLDERS = ("core/", "sim/", "scenarios/engine/")
_UNORDERED = re.compile(r"\bunordered_(?:multi)?(?:map|set)\s*<")
_EXCUSE = re.compile(r"//\s*order-free:\s*\S")


def _after_angles(text, start):
    """The position behind the bracket that closes the one at start."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == "<":
            depth += 1
        elif text[position] == ">" and text[position - 1] != "-":
            depth -= 1
            if depth == 0:
                return position + 1
    return len(text)


def unordered_names(code):
    """Variables, members, parameters, functions and aliases declared with an unordered container type."""
    text = "\n".join(code)
    names = set()
    aliases = set()
    for match in _UNORDERED.finditer(text):
        alias = re.search(r"\busing\s+(\w+)\s*=\s*(?:std::)?$", text[: match.start()])
        if alias:
            aliases.add(alias.group(1))
            continue
        behind = re.match(r"(?:\s*>)*[\s&*]*(\w+)", text[_after_angles(text, match.end() - 1):])
        if behind and behind.group(1) not in ("const", "override"):
            names.add(behind.group(1))
    for alias in aliases:
        names.update(re.findall(rf"\b{alias}\s*[&*]?\s+[&*]?(\w+)\s*[;={{(,)]", text))
    return names


def iteration_order(tree):
    memo = {}
    for file in tree.cpp:
        if not file.path.startswith(_ORDERED_FOLDERS):
            continue
        names = set()
        for path in tree.closure(file.path):
            if path not in memo:
                memo[path] = unordered_names(tree.by_name[path].code)
            names |= memo[path]
        for number, line in enumerate(file.code, 1):
            # a range-for may be broken over two lines
            both = line + " " + (file.code[number].strip() if number < len(file.code) else "")
            match = re.search(r"\bfor\s*\([^;]*?[^:]:(?!:)\s*(?P<range>.+?)\)\s*(?:\{|$|[\w*+-])", both)
            over = re.findall(r"(\w+)(?:\(\))?\s*$", match.group("range")) if match and "for" in line else []
            over += re.findall(r"\bfor\s*\([^;]*?(\w+)(?:\.|->)c?begin\s*\(", line)
            above = file.lines[number - 2] if number > 1 else ""
            if any(name in names for name in over) and not _EXCUSE.search(file.lines[number - 1]) and not _EXCUSE.search(above):
                yield file.path, number, f"loop over unordered `{over[0]}`: sort first, or say `// order-free: reason`"


# --- texts ------------------------------------------------------------------------------------------------------------------

_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")


def links(tree):
    for path in tree.names_with(".md"):
        fenced = False
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            if fenced:
                continue
            for match in _LINK.finditer(re.sub(r"`[^`]*`", "", line)):
                target = (match.group(1) or match.group(2)).split("#")[0]
                if not target or re.match(r"[a-z]+:", target):
                    continue
                place = os.path.normpath(os.path.join(os.path.dirname(path), target)).replace(os.sep, "/")
                if place not in tree.names and place not in tree.folders:
                    yield path, number, f"link to {target}, which does not exist"


# Put together here, so that this file does not contain them.
_MARKERS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
_MACHINE = re.compile(r"(?<![\w.~-])/(?:" + "|".join(("wo" + "rk", "fa" + "rm", "ro" + "ot", "home/[a-z]+")) + r")/[\w.]")
_REGISTRY = re.compile(r"registry\.npm" + r"js\.org|\"resolved\":\s*\"https?://|(?:^|\s)index-url\s*=")


def leftovers(tree):
    for path in tree.names_with(*SOURCES, ".md", ".txt", ".json", ".in", ".service", ""):
        if path.startswith("tests/vectors/") and path.endswith(".json"):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for pattern, why in ((_MARKERS, "leftover marker"), (_MACHINE, "path of one machine"), (_REGISTRY, "registry host")):
                match = pattern.search(line)
                if match:
                    yield path, number, f"{why}: {match.group().strip()}"


def file_length(tree):
    for path in tree.names_with(*SOURCES):
        count = tree.text(path).count("\n")
        if count > MAX_LINES:
            yield path, count, f"{count} lines, at most {MAX_LINES}: one idea per file"


ALL = [layering, includes_from_the_root, heavy_headers, pragma_once, banned_calls, allow_list_is_used, blob_writers, iteration_order, links, leftovers, file_length]
