"""kill -9 at random moments of ingest: each time the folder is checked as a whole, and everything acknowledged is there.

    kill.py PROGRAMS SIGNED_MESSAGES KILLS SEED
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

from node_process import Admin, Node

programs, maker = pathlib.Path(sys.argv[1]), sys.argv[2]
kills, seed = int(sys.argv[3]), int(sys.argv[4])
node = Node(programs / "lastmile-node")
PER_LIFE = 120     # messages handed in before a kill, at most answered
LIVES_OF_A_FOLDER = 20
FREE = ("--set", "economy.charge=false")


def messages(count, series):
    made = subprocess.run([maker, str(count), str(series)], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in made.splitlines()]


def compare(admin, acknowledged):
    """Each acknowledged message is there, with the signature that was handed in; files of STOREs can be read."""
    hashes = sorted(acknowledged)
    statuses = admin.ask("statuses", hashes=hashes, readable=True)
    for hash, status, readable in zip(hashes, statuses["statuses"], statuses["readable"]):
        if status != "processed" or not readable:
            sys.exit(f"acknowledged message {hash} is {status}, readable: {readable}")
    for hash, found in zip(hashes, admin.ask("signatures", hashes=hashes)["signatures"]):
        if found is None or found["signature"] != acknowledged[hash]["signature"]:
            sys.exit(f"message {hash} has another signature than was handed in: {found}")


def one_life(data, share, acknowledged, luck):
    """Hands in a share, takes answers, and kills at a moment that luck chooses."""
    with node.running(data, *FREE, log=subprocess.DEVNULL) as process:
        admin = Admin(data, process)
        compare(admin, acknowledged)
        # Half of the kills may come before anything was answered, the others some time after the first answer.
        wanted = luck.randrange(len(share)) + 1
        timer = threading.Timer(luck.uniform(0.0, 0.25), process.kill)
        early = luck.random() < 0.5
        if early:
            timer.start()
        answered = 0
        try:
            for number, message in enumerate(share):
                admin.send(number, "publish", envelope=message["envelope"], uploads=message["uploads"])
            while answered < wanted:
                line = admin.lines.readline()
                if not line.endswith("\n"):
                    break
                answer = json.loads(line)
                answered += 1
                if answered == 1 and not early:
                    timer.start()
                if answer["ok"] and answer["result"]["status"] == "processed":
                    acknowledged[answer["result"]["item_hash"]] = share[answer["id"]]
        except OSError:
            pass  # it was killed while we wrote or read
        timer.cancel()
        process.kill()
        process.wait()


def main():
    luck = random.Random(seed)
    done = total = files = 0
    while done < kills:
        with tempfile.TemporaryDirectory(prefix="lastmile-kill-") as name:
            data = pathlib.Path(name) / "data"
            if node.run("init", "--data", data).returncode != 0:
                sys.exit("init failed")
            acknowledged = {}
            lives = min(LIVES_OF_A_FOLDER, kills - done)
            made = messages(PER_LIFE * lives, seed * 1000 + done)
            for life in range(lives):
                one_life(data, made[life * PER_LIFE:(life + 1) * PER_LIFE], acknowledged, luck)
                done += 1
                check = node.run("db", "check", "--data", data, "--json")
                if check.returncode != 0:
                    sys.exit(f"kill {done} (seed {seed}): {check.stdout}{check.stderr}")
            with node.running(data, *FREE, log=subprocess.DEVNULL) as process:
                compare(Admin(data, process), acknowledged)
            total += len(acknowledged)
            files += sum(1 for message in acknowledged.values() if message["uploads"])
    if total < kills or files == 0:
        sys.exit(f"only {total} messages with {files} files were acknowledged: nothing was tested")
    print(f"ok: {total} acknowledged messages, {files} of them with a file, survived {done} kills; seed {seed}")


begin = time.monotonic()
main()
print(f"{time.monotonic() - begin:.0f} s")
