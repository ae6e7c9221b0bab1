"""Files of the tree, and C++ text with comments and strings blanked out so that rules see code only."""

import os
import re

SKIPPED_FOLDERS = {".git", "build", "runs", "node_modules", "__pycache__"}
CPP = (".cpp", ".hpp", ".h")
SOURCES = CPP + (".py", ".mjs", ".js", ".ts", ".cmake")


def files(root):
    """All files of the tree, relative with forward slashes, in a fixed order."""
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(s for s in subfolders if s not in SKIPPED_FOLDERS and not s.endswith(".partial"))
        for name in sorted(names):
            if name in SKIPPED_FOLDERS:   # the .git of a worktree is a file
                continue
            found.append(os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/"))
    return found


_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/                         # comments
      |(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"   # raw strings
      |(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"            # strings
      |(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'         # characters, but not the separators in 1'000
    """,
    re.S | re.X,
)


def code_only(text):
    """The same text with comments and literals replaced by blanks: line and column numbers stay right."""
    return _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


class File:
    """One C++ file: its path from the root, its lines, and its lines without comments and literals."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as stream:
            text = stream.read()
        self.lines = text.split("\n")
        self.code = code_only(text).split("\n")
        includes = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
        self.includes = []   # (line number, is_own, what)
        for number, line in enumerate(self.lines, 1):
            match = includes.match(line)
            if match:
                self.includes.append((number, match.group(1) == '"', match.group(2)))
