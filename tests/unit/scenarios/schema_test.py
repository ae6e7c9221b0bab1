"""The published schema: every shipped scenario and the file with every key is valid, every planted mistake is not."""
import copy
import json
import pathlib
import re
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed: skipped")
    sys.exit(77)

root = pathlib.Path(sys.argv[1])
schema = json.loads((root / "scenarios/schema/scenario.schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def read(path):
    # Shipped files keep comments on lines of their own.
    return json.loads(re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M))


def described(node, path="#"):
    """Every property has a description, its own or that of what it refers to."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict):
                target = schema["$defs"].get(value.get("$ref", "").rsplit("/", 1)[-1], {})
                words = "description" in value or "description" in target or "const" in value or "enum" in value or "enum" in target
                # Shares of types and counts of parameters speak for themselves; their parent says what they are.
                if not words and "x-words" not in node and path.rsplit("/", 1)[-1] != "types" and value:
                    if not path.endswith("_law/oneOf/1/allOf/1"):
                        yield f"{path}/{key}"
        for key, value in node.items():
            yield from described(value, f"{path}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from described(value, f"{path}/{i}")


def places(node, path=()):
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from places(value, path + (i,))


def changed(document, path, value):
    out = copy.deepcopy(document)
    at = out
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return out


# Values of any shape: overrides of an economy, points of a sweep, the version of a program.
FREE = [("economy", "overrides"), ("sweep", "points"), ("version",)]
failures = [f"no description: {place}" for place in described(schema["$defs"])]
everything = read(root / "tests/unit/scenarios/data/everything.json")
files = [p for p in sorted((root / "scenarios").rglob("*.json")) if not {"engine", "schema", "economy"} & set(p.parts)]
assert len(files) >= 8, files
for path in files:
    failures += [f"{path.name}: {e.json_path}: {e.message}" for e in validator.iter_errors(read(path))]
failures += [f"everything.json: {e.json_path}: {e.message}" for e in validator.iter_errors(everything)]

planted = 0
for path, value in places(everything):
    if any(path[: len(free)] == free for free in FREE):
        continue
    wrong = []
    if isinstance(value, dict):
        mistake = copy.deepcopy(everything)
        at = mistake
        for step in path:
            at = at[step]
        at["zzz"] = True
        wrong.append(mistake)
    elif not isinstance(value, list):
        wrong.append(changed(everything, path, [[]]))
        if isinstance(value, str) and re.search(r"\d(s|ms|us|min|h|d|B|KiB|MiB|GiB|/s|/min|ppm|%|token)$", value) and "+" not in value:
            wrong.append(changed(everything, path, re.sub(r"\D+$", " parsecs", value)))
    for document in wrong:
        planted += 1
        if validator.is_valid(document):
            failures.append(f"everything.json: a mistake at /{'/'.join(map(str, path))} is not seen")

print(f"{len(files)} scenarios, {planted} planted mistakes")
for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
