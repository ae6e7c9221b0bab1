#!/usr/bin/env python3
"""Reads the results of a study (docs/study-format.md): read_results.py FILE prints one JSON object a line."""
import json
import sys
import zlib


def read(path):
    """(header, [records]); a torn last line is left out, a broken line before a whole one is an error."""
    whole, broken = [], False
    with open(path, "rb") as file:
        for line in file:
            check, _, text = line.rstrip(b"\n").partition(b" ")
            if not line.endswith(b"\n") or check != b"%08x" % zlib.crc32(text):
                broken = True
            elif broken:
                raise ValueError(f"{path}: damaged")
            else:
                whole.append(json.loads(text))
    return whole[0], whole[1:]


if __name__ == "__main__":
    for record in read(sys.argv[1])[1]:
        print(json.dumps(record))
