"""`lastmile` without a network: messages of the vectors and their verdicts, names of files, inputs that are wrong."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LASTMILE = sys.argv[1]
VECTORS = pathlib.Path(os.environ.get("LASTMILE_VECTORS") or pathlib.Path(sys.argv[2]) / ".." / "shared" / "protocol" / "vectors")
SKIPPED = 77


def lastmile(*arguments, data=None):
    return subprocess.run([LASTMILE, *map(str, arguments)], input=data, capture_output=True, timeout=120)


def vectors(name):
    with open(VECTORS / name, encoding="utf-8") as text:
        return json.load(text)


def verdict(message, folder):
    file = folder / "message.json"
    file.write_text(json.dumps(message), encoding="utf-8")
    ran = lastmile("message", "verify", file)
    assert ran.stderr == b"" and ran.stdout.count(b"\n") == 1, ran
    answer = json.loads(ran.stdout)
    assert ran.returncode == (0 if answer["valid"] else 1), ran
    assert answer["valid"] == (answer["error_code"] is None), answer
    return answer


def verifies(folder):
    for case in vectors("signed_messages.json"):
        wanted = case["expect"].get("rejected_with_error_code")
        wanted = wanted if wanted in (0, 100, 500) else None  # the others are a node's to say
        answer = verdict(case["message"], folder)
        if (answer["valid"], answer["error_code"]) != (wanted is None, wanted):
            sys.exit(f"{case['id']}: expected error code {wanted}, got {answer}")
        assert answer["item_hash"] == case["message"]["item_hash"], answer
    for case in vectors("invalid_messages.json"):
        answer = verdict(case["message"], folder)
        if answer["valid"] or answer["error_code"] != case["expect"]["error_code"]:
            sys.exit(f"{case['id']} ({case['expect']['invalid_because']}): {answer}")
        assert answer["item_hash"] == case["message"].get("item_hash") and answer["reason"], answer
    print("ok: every signed and every invalid message of the vectors")


def verifies_answers_of_the_api(folder):
    message = vectors("signed_messages.json")[-1]["message"]
    assert verdict({"status": "processed", "item_hash": message["item_hash"], "message": message}, folder)["valid"]
    ran = lastmile("message", "verify", "-", data=json.dumps(message).encode())
    assert ran.returncode == 0 and json.loads(ran.stdout)["valid"], ran
    print("ok: an answer of the API, and standard input")


def pattern(seed, size):
    out = bytearray()
    x = seed
    while len(out) < size:
        x ^= x << 13 & 0xffffffff
        x ^= x >> 17
        x ^= x << 5 & 0xffffffff
        out.append(x & 255)
    return bytes(out)


PROFILES = {"v0": ("0",), "v1": ("1",), "v1dagpb": ("1", "--leaves", "dag-pb")}


def cids_of(name, content, wanted, folder):
    file = folder / "file"
    file.write_bytes(content)
    for profile, arguments in PROFILES.items():
        if profile not in wanted:
            continue
        cid = wanted[profile]["cid"] if isinstance(wanted[profile], dict) else wanted[profile]
        ran = lastmile("file", "cid", file, "--cid-version", *arguments)
        if (ran.returncode, ran.stdout) != (0, f"{cid}\n".encode()):
            sys.exit(f"{name}, {profile}: expected {cid}, got {ran}")


def names_files(folder):
    file = vectors("ipfs-files.json")
    longest = pattern(file["pattern"]["seed"], max(entry["size"] for entry in file["files"]))
    for entry in file["files"]:
        cids_of(f"{entry['size']} bytes", longest[:entry["size"]], entry, folder)
    for entry in file["repeatedBytes"]:
        cids_of(f"{entry['size']} equal bytes", bytes([entry["byte"]]) * entry["size"], entry, folder)
    for entry in file["texts"]:
        cids_of(entry["text"], entry["text"].encode(), entry, folder)
    for entry in vectors("content_hashes.json"):
        size = entry["length"]
        if entry.get("data_hex") is not None:
            content = bytes.fromhex(entry["data_hex"])
        else:
            unit = bytes.fromhex(entry["repeat_byte"]) if entry.get("repeat_byte") is not None else entry["repeat_text"].encode()
            content = (unit * (size // len(unit) + 1))[:size]
        cids_of(entry["name"], content, {"v0": entry["cid_v0"], "v1": entry["cid_v1_raw_leaves"]}, folder)
    ran = lastmile("file", "cid", "-", "--json", data=b"hello")
    assert json.loads(ran.stdout) == {"cid": "QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX", "size": 5, "dag_size": 13}, ran
    print("ok: the name of every file of the vectors")


def wrong(what, arguments, *texts, data=None, status=3):
    ran = lastmile(*arguments, data=data)
    said = (ran.stdout + ran.stderr).decode()
    if ran.returncode != status or any(text not in said for text in texts):
        sys.exit(f"{what}: expected exit status {status} and {texts}, got {ran}")
    if "--json" in arguments:
        assert ran.stderr == b"" and json.loads(ran.stdout)["errors"], ran
    print(f"ok: {what}")


def wrong_inputs(folder):
    verify = ("message", "verify")
    wrong("no verb", (), "expected a verb: account, ")
    wrong("an unknown verb", ("mesage",), 'unknown verb "mesage"; did you mean "message"?')
    wrong("an unknown verb of a verb", ("message", "verfy"), 'message: unknown verb "verfy"; did you mean "verify"?')
    wrong("no file", verify, "file")
    wrong("a file that is not there", (*verify, folder / "none"), "none", "No such file")
    wrong("a folder", (*verify, folder), "expected a file, found a folder")
    wrong("an empty name", (*verify, ""), "expected a name, found an empty one")
    os.mkfifo(folder / "pipe")
    wrong("a pipe", ("file", "cid", folder / "pipe"), "expected a file, found a folder, pipe or device")
    for name, text in (("no JSON", b"hello"), ("half of one", b'{"chain":'), ("a list", b"[]"), ("bytes", b"\xff\xfe\0"), ("nothing", b""),
                       ("brackets without end", b"[" * 100000), ("a number too great", b'{"time":1e400}')):
        wrong(f"a message that is {name}", (*verify, "-", "--json"), "expected a message as a JSON object", data=text)
        wrong(f"a message that is {name}, for people", (*verify, "-"), "-: expected a message as a JSON object", data=text)
    wrong("a message that is longer than any", (*verify, "-"), "bytes, found more", data=b" " * 8_000_000)
    assert lastmile(*verify, "-", data=b"{}").returncode == 1
    wrong("a version that is none", ("file", "cid", "-", "--cid-version", "2"), "--cid-version", data=b"")
    wrong("leaves that are none", ("file", "cid", "-", "--leaves", "rwa"), 'did you mean "raw"?', data=b"")
    wrong("a file that is not there, as JSON", ("file", "cid", folder / "none", "--json"), "No such file")


with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
    wrong_inputs(pathlib.Path(name))
    if not VECTORS.is_dir():
        print(f"SKIPPED: no vectors in {VECTORS}")
        sys.exit(SKIPPED)
    verifies(pathlib.Path(name))
    verifies_answers_of_the_api(pathlib.Path(name))
    names_files(pathlib.Path(name))
