#!/usr/bin/env python3
"""Checks the house rules over the whole tree (rules.py says which). Exit code 1 and one line per finding on a violation.

    tidy.py ROOT          check a tree
    tidy.py --self-test   plant one violation of each rule in a temporary folder and see that exactly that rule finds it
"""

import os
import sys
import tempfile

import rules
from source import CPP, File, files


class Tree:
    """What the rules look at: all file names, folders, and the C++ files parsed once."""

    def __init__(self, root):
        self.root = root
        self.names = set()
        self.folders = {"."}
        self._ordered = files(root)
        for path in self._ordered:
            self.names.add(path)
            folder = os.path.dirname(path)
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = os.path.dirname(folder)
        self.cpp = [File(root, path) for path in self._ordered if path.endswith(CPP)]
        self.by_name = {file.path: file for file in self.cpp}
        self._closures = {}

    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def names_with(self, *endings):
        """Files with one of these extensions; the empty one stands for names without any."""
        return [path for path in self._ordered if os.path.splitext(path)[1] in endings]

    def closure(self, path):
        """The file and every own header it includes, directly or not."""
        if path not in self._closures:
            seen = set()
            waiting = [path]
            while waiting:
                current = waiting.pop()
                if current in seen or current not in self.by_name:
                    continue
                seen.add(current)
                waiting += [what for _, own, what in self.by_name[current].includes if own]
            self._closures[path] = sorted(seen)
        return self._closures[path]


def findings(root):
    tree = Tree(root)
    return [(rule.__name__, *found) for rule in rules.ALL for found in rule(tree)]


def check(root):
    found = findings(root)
    for rule, path, line, text in found:
        print(f"{path}:{line}: [{rule}] {text}")
    print(f"tidy: {len(found)} findings, {len(rules.ALL)} rules, {len(files(root))} files")
    return 1 if found else 0


HEADER = "#pragma once\n"

# (rule that must find it or None, what is planted, {file: text}). Every plant stands in a tree of its own.
PLANTS = [
    ("layering", "core includes sim", {"core/message/a.cpp": '#include "sim/x.hpp"\n', "sim/x.hpp": HEADER}),
    ("layering", "crypto includes message", {"core/crypto/a.cpp": '#include "core/message/x.hpp"\n', "core/message/x.hpp": HEADER}),
    ("layering", "real includes sim", {"real/p2p/a.cpp": '#include "sim/x.hpp"\n', "sim/x.hpp": HEADER}),
    ("layering", "sim includes real", {"sim/env/a.cpp": '#include "real/x.hpp"\n', "real/x.hpp": HEADER}),
    ("layering", "the rules of money see the world", {"core/economy/a.cpp": '#include "core/env/x.hpp"\n', "core/env/x.hpp": HEADER}),
    ("layering", "only the rig of real/ knows scenarios", {"real/env/a.cpp": '#include "scenarios/engine/x.hpp"\n', "scenarios/engine/x.hpp": HEADER}),
    ("layering", "study knows a model", {"tools/study/a.cpp": '#include "core/message/x.hpp"\n', "core/message/x.hpp": HEADER}),
    ("layering", "SimGrid in core", {"core/node/a.cpp": "#include <simgrid/s4u.hpp>\n"}),
    ("layering", "SimGrid in the engine", {"sim/env/a.cpp": "#include <simgrid/s4u.hpp>\n"}),
    ("layering", "Asio in core", {"core/node/a.cpp": "#include <boost/asio/io_context.hpp>\n"}),
    ("layering", "Asio in sim", {"sim/env/a.cpp": "#include <boost/asio/io_context.hpp>\n"}),
    ("layering", "threads in core", {"core/store/a.hpp": HEADER + "#include <mutex>\n"}),
    ("includes_from_the_root", "an include beside the file", {"core/base/a.cpp": '#include "a.hpp"\n', "core/base/a.hpp": HEADER}),
    ("heavy_headers", "the whole JSON library in a header", {"core/base/a.hpp": HEADER + "#include <nlohmann/json.hpp>\n"}),
    ("heavy_headers", "wide integers in a header", {"core/base/a.hpp": HEADER + "#include <boost/multiprecision/cpp_int.hpp>\n"}),
    ("heavy_headers", "wide integers through our own header", {
        "core/store/a.hpp": HEADER + '#include "core/base/uint256_wide.hpp"\n', "core/base/uint256_wide.hpp": HEADER}),
    ("pragma_once", "a header without guard", {"core/base/a.hpp": "// #pragma once\nint f();\n"}),
    ("banned_calls", "clock", {"core/node/a.cpp": "auto f() { return clock_gettime(0, 0); }\n"}),
    ("banned_calls", "chrono clock", {"core/node/a.cpp": "auto t = std::chrono::steady_clock::now();\n"}),
    ("banned_calls", "time()", {"core/node/a.cpp": "auto t = std::time(nullptr);\n"}),
    ("banned_calls", "random device", {"core/node/a.cpp": "std::random_device d;\n"}),
    ("banned_calls", "rand", {"core/node/a.cpp": "int x = rand();\n"}),
    ("banned_calls", "secret random bytes", {"core/crypto/a.cpp": "void f() { randombytes_buf(p, 32); }\n"}),
    ("banned_calls", "getenv", {"core/node/a.cpp": 'auto x = std::getenv("HOME");\n'}),
    ("banned_calls", "fopen", {"core/store/a.cpp": 'auto* x = fopen("f", "r");\n'}),
    ("banned_calls", "open", {"core/store/a.cpp": "int x = ::open(path, O_RDONLY);\n"}),
    ("banned_calls", "a thread", {"core/node/a.cpp": "std::thread t;\n"}),
    ("banned_calls", "a mutex", {"core/node/a.cpp": "std::mutex m;\n"}),
    ("banned_calls", "hidden state per thread", {"core/node/a.cpp": "thread_local int x = 0;\n"}),
    ("banned_calls", "a socket", {"core/gossip/a.cpp": "int s = socket(AF_INET, 1, 0);\n"}),
    ("banned_calls", "sleep", {"core/node/a.cpp": "void f() { std::this_thread::sleep_for(x); }\n"}),
    ("banned_calls", "printf", {"core/node/a.cpp": 'void f() { printf("x"); }\n'}),
    ("banned_calls", "standard output", {"core/node/a.cpp": "void f() { std::cout << 1; }\n"}),
    ("banned_calls", "another program", {"core/node/a.cpp": 'int x = std::system("ls");\n'}),
    ("banned_calls", "the end of the process", {"core/node/a.cpp": "void f() { std::exit(1); }\n"}),
    ("allow_list_is_used", "an exception nobody needs", {"core/base/check.cpp": "void f() { fprintf(stderr, what); }\n"}),
    ("blob_writers", "a blob without owner", {"core/node/a.cpp": "void f() { disk.put_blob(name, bytes, done); }\n"}),
    ("iteration_order", "a loop over a map", {"core/store/a.cpp": "std::unordered_map<int, std::vector<int>> m;\nvoid f() { for (auto& [k, v] : m) g(k); }\n"}),
    ("iteration_order", "the member of a header", {
        "sim/env/a.hpp": HEADER + "struct A {\n  std::unordered_set<int> items_;\n};\n",
        "sim/env/a.cpp": '#include "sim/env/a.hpp"\nvoid f(A& a) {\n  for (int x : a.items_) {\n  }\n}\n'}),
    ("iteration_order", "an alias", {"core/store/a.cpp": "using Map = std::unordered_map<int, int>;\nMap table;\nvoid f() {\n  for (const auto& e : table) g(e);\n}\n"}),
    ("iteration_order", "iterators", {"scenarios/engine/a.cpp": "std::unordered_set<int> s;\nvoid f() { for (auto it = s.begin(); it != s.end(); ++it) g(*it); }\n"}),
    ("iteration_order", "an excuse without reason", {"core/store/a.cpp": "std::unordered_set<int> s;\n// order-free:\nvoid f() { for (int x : s) g(x); }\n"}),
    ("links", "a dead link", {"docs/a.md": "see [the page](other.md#part)\n"}),
    ("links", "a dead picture", {"README.md": "![map](docs/map.svg)\n"}),
    ("leftovers", "a marker", {"core/base/a.cpp": "// TO" + "DO: later\n"}),
    ("leftovers", "a marker in a script without extension", {"tools/run": "# FIX" + "ME\n"}),
    ("leftovers", "a path of one machine", {"docs/a.md": "see /wo" + "rk/main/file\n"}),
    ("leftovers", "a registry host", {"tests/x/package-lock.json": '{"resolved": "https:/' + '/example.org/x.tgz"}\n'}),
    ("file_length", "too many lines", {"core/base/a.cpp": "int x;\n" * (rules.MAX_LINES + 1)}),
    # And what looks alike but is fine.
    (None, "words in comments, strings and longer names", {"core/base/a.cpp": (
        "// getenv and std::thread are banned; see time()\n"
        "/* fopen( */\n"
        'auto text = "std::cout << rand()";\n'
        'auto raw = R"(clock_gettime())";\n'
        "auto n = 1'000'000; int operand(int brand(int)); auto wall_time(); double t = message.time();\n"
        "void f() { snprintf(b, 1, x); node.listen(p); network.connect(peer); SchemaReader::open(x); open(y); }\n")}),
    (None, "the allowed last words", {"core/base/check.cpp": "void f() { std::fprintf(stderr, what); std::abort(); }\n"}),
    (None, "an excused loop, and ordered ones", {"core/store/a.cpp": (
        "std::unordered_map<int, int> m;\nstd::map<int, int> ordered;\n"
        "// order-free: a sum\nvoid f() { for (auto& e : m) n += e.second; }\n"
        "void g() { for (auto& e : m) n += e.second; }   // order-free: a sum\n"
        "void h() { for (auto& e : ordered) g(e); for (std::size_t i = 0; i < m.size(); ++i) g(i); }\n")}),
    (None, "directions that are meant", {
        "core/node/a.cpp": '#include "core/store/x.hpp"\n', "core/store/x.hpp": HEADER, "sim/env/b.cpp": '#include "core/env/y.hpp"\n',
        "core/env/y.hpp": HEADER, "real/rig/c.cpp": '#include "scenarios/engine/z.hpp"\n', "scenarios/engine/z.hpp": HEADER,
        "real/env/d.cpp": "#include <boost/asio/io_context.hpp>\n#include <mutex>\n", "sim/physics/e.cpp": "#include <simgrid/s4u.hpp>\n"}),
    (None, "the .git file of a worktree", {".git": "gitdir: /wo" + "rk/main/.git\n"}),
    (None, "links that lead somewhere", {
        "docs/a.md": "[b](b.md#x) [up](../core/) [web](https://example.org) [here](#a) `[not](a-link)`\n```\n[code](nowhere)\n```\n",
        "docs/b.md": "", "core/base/a.cpp": ""}),
]


def self_test():
    failures = 0
    seen = set()
    for rule, what, planted in PLANTS:
        with tempfile.TemporaryDirectory() as root:
            for path, text in planted.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as stream:
                    stream.write(text)
            found = findings(root)
        names = {finding[0] for finding in found}
        seen |= names
        if names != ({rule} if rule else set()):
            failures += 1
            print(f"planted: {what}: expected {rule or 'nothing'}, found {found or 'nothing'}")
    for rule in rules.ALL:
        if rule.__name__ not in seen:
            failures += 1
            print(f"no plant shows that {rule.__name__} finds anything")
    print(f"tidy self test: {len(PLANTS)} plants, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(self_test() if sys.argv[1] == "--self-test" else check(sys.argv[1]))
