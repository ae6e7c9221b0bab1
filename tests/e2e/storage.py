"""Storage as an operator meets it: figures, checks, backups beside a running node, restoring, schema, room on the disk."""
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from node_process import Admin, Node, until

programs, maker = pathlib.Path(sys.argv[1]), sys.argv[2]
node = Node(programs / "lastmile-node")
FREE = ("--set", "economy.charge=false")


def messages(count, series):
    made = subprocess.run([maker, str(count), str(series)], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in made.splitlines()]


def publish(admin, some):
    """Hands in and waits; gives the hashes that were acknowledged."""
    for number, message in enumerate(some):
        admin.send(number, "publish", envelope=message["envelope"], uploads=message["uploads"])
    answers = [admin.answer() for _ in some]
    return [a["result"]["item_hash"] for a in answers if a["ok"] and a["result"]["status"] == "processed"]


def same(what, a, b):
    if a != b:
        sys.exit(f"{what}: expected {b}, got {a}")
    print(f"ok: {what}")


def beside_a_running_node(data, folder):
    target = folder / "elsewhere"
    with node.running(data, *FREE) as process:
        admin = Admin(data, process)
        first = publish(admin, messages(200, 1))
        same("all were acknowledged", len(first), 200)
        stats = node.ask("figures beside a running node", 0, "db", "stats", "--data", data)
        same("files at hand", stats["files"]["at_hand"], 50)
        check = node.ask("a check beside a running node", 0, "db", "check", "--data", data)
        same("messages that the check saw", check["messages"], 200)
        node.ask("compaction", 0, "db", "compact", "--data", data)

        # A backup while messages come in: of one moment, whatever it is.
        more = messages(400, 2)
        writer = threading.Thread(target=lambda: publish(Admin(data, process), more))
        writer.start()
        made = node.ask("a backup during ingest", 0, "db", "backup", "--data", data, "--to", target)
        writer.join()
        second = node.ask("a second one", 0, "db", "backup", "--data", data, "--to", target)
        same("what the second copied", second["blobs_copied"], 150 - made["blobs"])
        node.ask("a check after it", 0, "db", "check", "--data", data)
        digest = admin.ask("state", at_ns=1_800_000_000_000_000_000)["digest"]
        refused = node.run("db", "backup", "--data", data, "--to", "/proc/nowhere")
        same("a folder that cannot be made", refused.returncode, 1)
    listed = node.ask("which there are", 0, "db", "backups", "--to", target)["backups"]
    same("their numbers", [one["id"] for one in listed], [1, 2])

    node.expect("restoring over something", 3, "db", "restore", "--from", target, "--data", data, says=["not empty"])
    node.expect("a backup that is none", 3, "db", "restore", "--from", target, "--backup", "7", "--data", folder / "x",
                says=["no backup 7; the newest is 2"])
    again = folder / "again"
    restored = node.ask("restoring the newest", 0, "db", "restore", "--from", target, "--data", again)
    same("what it holds", restored["check"]["held"], 600)
    node.ask("a check of what was restored", 0, "db", "check", "--data", again)
    node.expect("it has no key", 3, "run", "--data", again, says=["node.key"])
    node.ask("a new key", 0, "key", "new", "--data", again)
    with node.running(again, *FREE) as process:
        same("the state of the restored node", Admin(again, process).ask("state", at_ns=1_800_000_000_000_000_000)["digest"], digest)
    older = folder / "older"
    restored = node.ask("restoring the one taken during ingest", 0, "db", "restore", "--from", target, "--backup", "1", "--data", older)
    same("what it holds", restored["check"]["held"], made["held"])
    if made["held"] < 200:
        sys.exit("acknowledged messages are not in the backup")

    kept = node.ask("a backup of the closed folder, and only that stays", 0, "db", "backup", "--data", data, "--to", target, "--keep", "1")
    same("its number", kept["id"], 3)
    same("what is left", [one["id"] for one in node.ask("the list", 0, "db", "backups", "--to", target)["backups"]], [3])
    blob = next(p for p in (target / "blobs").rglob("*") if p.is_file())
    blob.write_bytes(b"x" + blob.read_bytes()[1:])
    node.expect("a damaged backup", 1, "db", "restore", "--from", target, "--data", folder / "damaged", says=["the backup is damaged"])
    if (folder / "damaged").exists():
        sys.exit("what was begun was left behind")


def damage_is_found(data):
    blob = next(p for p in (data / "blobs").rglob("*") if p.is_file() and p.parent.name != "tmp")
    content = blob.read_bytes()
    blob.write_bytes(b"x" + content[1:])
    node.expect("damage that only reading finds", 0, "db", "check", "--quick", "--data", data)
    found = node.ask("and reading does", 1, "db", "check", "--data", data)
    if blob.name not in found["problems"][0]:
        sys.exit(f"the problem does not name {blob.name}: {found}")
    blob.unlink()
    node.expect("a file that is gone", 1, "db", "check", "--quick", "--data", data, says=[blob.name, "not there"])
    blob.write_bytes(content)
    node.ask("whole again", 0, "db", "check", "--data", data)


def locks_and_schemas(data):
    # A node that cannot be asked, because its socket is elsewhere, still has the lock.
    with node.running(data, "--set", f"admin.socket={data}/other.sock") as process:
        until("the node has started", (data / "other.sock").exists)
        for verb in ("check", "stats", "compact", "migrate"):
            node.expect(f"db {verb} on a folder in use", 4, "db", verb, "--data", data, says=[f"process {process.pid}"])
        node.ask("through that socket", 0, "db", "check", "--data", data, "--socket", data / "other.sock")
    version = (data / "VERSION").read_text()
    for number, text in ((int(version) + 1, "newer program"), (int(version) - 1, "db migrate")):
        (data / "VERSION").write_text(f"{number}\n")
        for verb in (("run",), ("db", "check"), ("db", "stats"), ("db", "backup")):
            node.expect(f"{' '.join(verb)} on schema {number}", 5, *verb, "--data", data, says=[f"schema {number}", text])
        (data / "VERSION").write_text(version)
    (data / "VERSION").write_text("99\n")
    node.expect("no way back", 5, "db", "migrate", "--data", data, says=["newer program"])
    # VERSION was lost on the way, and the database knows better.
    (data / "VERSION").write_text(f"{int(version) - 1}\n")
    done = node.ask("db migrate believes the database", 0, "db", "migrate", "--data", data)
    same("nothing had to be done", done["rows"], 0)
    same("VERSION", (data / "VERSION").read_text(), version)
    node.expect("db check without a folder", 3, "db", "check", "--data", data / "none", says=["no data folder"])


def unreadable_key_and_port(data):
    key = data / "keys" / "node.key"
    good = key.read_text()
    for what, text in (("too short", good[:20]), ("no hexadecimal", "z" * 64), ("nothing", "")):
        key.write_text(text)
        node.expect(f"a key that is {what}", 3, "run", "--data", data, says=["node.key", "64 hexadecimal digits"])
    key.write_text(good)
    key.chmod(0o640)
    node.expect("a key that others can read", 3, "run", "--data", data, says=["can be read by others"])
    key.chmod(0o600)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "/ip4/127.0.0.1/tcp/%d" % taken.getsockname()[1]
        node.expect("a port in use", 1, "run", "--data", data, "--set", f"p2p.listen={address}", says=[address])


def room_on_the_disk(data):
    config = data / "node.toml"
    node.expect("thresholds that contradict each other", 3, "config", "check", "--data", data, "--set", "storage.disk_min=9GiB",
                says=["storage.disk_min (9GiB) is more than storage.disk_warn"])
    node.ask("a threshold above any disk", 0, "config", "set", "storage.disk_warn", "8191TiB", "--data", data)
    node.ask("the other", 0, "config", "set", "storage.disk_min", "8191TiB", "--data", data)
    some = messages(8, 5)
    with node.running(data, *FREE) as process:
        admin = Admin(data, process)
        until("the node says that its disk is full", lambda: admin.ask("status")["disk"] == "full")
        admin.send(1, "publish", envelope=some[0]["envelope"], uploads=[])
        answer = admin.answer()["result"]
        same("nothing is taken in", (answer["status"], "nearly full" in answer["details"]), ("none", True))
        same("everything is served", admin.ask("statuses", hashes=[messages(1, 1)[0]["hash"]])["statuses"], ["processed"])
        node.ask("lower thresholds", 0, "config", "set", "storage.disk_min", "1B", "--data", data)
        process.send_signal(signal.SIGHUP)
        until("SIGHUP opens it again", lambda: admin.ask("status")["disk"] != "full")
        same("messages are taken in", len(publish(admin, some)), 8)
    config.write_text(config.read_text().replace("8191TiB", "2GiB"))


def full_disk(folder, setup, what):
    """The disk refuses a write during ingest: the node ends with 1, and what it acknowledged is there with room again."""
    data = folder / "data"
    node.expect(f"{what}: init", 0, "init", "--data", data)
    options, make_room = setup(data)
    acknowledged = {}
    with node.running(data, *FREE, "--set", "storage.disk_min=0", log=subprocess.DEVNULL, **options) as process:
        admin = Admin(data, process)
        try:
            for number, message in enumerate(messages(4000, 9)):
                admin.send(number, "publish", envelope=message["envelope"], uploads=message["uploads"])
                line = admin.lines.readline()
                if not line.endswith("\n"):
                    break
                answer = json.loads(line)
                if answer["ok"] and answer["result"]["status"] == "processed":
                    acknowledged[answer["result"]["item_hash"]] = message
        except OSError:
            pass
        same(f"{what}: the node ended with 1", process.wait(60), 1)
    make_room()
    node.ask(f"{what}: the folder is whole", 0, "db", "check", "--data", data)
    with node.running(data, *FREE, "--set", "storage.disk_min=0") as process:
        hashes = sorted(acknowledged)
        statuses = Admin(data, process).ask("statuses", hashes=hashes)["statuses"]
        if set(statuses) != {"processed"} or len(hashes) < 10:
            sys.exit(f"{what}: of {len(hashes)} acknowledged messages {len(hashes) - statuses.count('processed')} are gone")
        print(f"ok: {what}: {len(hashes)} acknowledged messages are there")


def file_size_limit(data):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    return {"preexec_fn": limit}, lambda: None


def small_disk(data):
    filler = data.parent / "filler"
    free = os.statvfs(data.parent)
    filler.write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - 3_000_000))
    return {}, filler.unlink


with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
    folder = pathlib.Path(name)
    data = folder / "data"
    node.expect("init", 0, "init", "--data", data)
    beside_a_running_node(data, folder)
    damage_is_found(data)
    locks_and_schemas(data)
    unreadable_key_and_port(data)
    room_on_the_disk(data)
    limited = folder / "limited"
    limited.mkdir()
    full_disk(limited, file_size_limit, "files may not grow")
    small = folder / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", small], capture_output=True).returncode == 0:
        try:
            full_disk(small, small_disk, "a full disk")
        finally:
            subprocess.run(["umount", small], check=False)
    else:
        print("skipped: a full disk: no right to mount a small one")
