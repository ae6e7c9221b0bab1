"""lastmile-rig as a researcher meets it: the small quick start passes on real processes, what the real world cannot do is
refused before anything starts, and no process outlives a killed rig."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

programs, scenarios = (pathlib.Path(a) for a in sys.argv[1:3])
SIM, RIG = programs / "lastmile-sim", programs / "lastmile-rig"
SCENARIO = scenarios / "quickstart" / "two-islands-small.json"
WALL_MAX = 120  # seconds that the small scenario may take in the real world
PATIENCE = 60


def nodes_in(folder):
    """Processes whose command line names the folder; zombies have none."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and b"lastmile-node" in words:
            found.append(int(entry.name))
    return found


def wait_until(what, condition):
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            sys.exit(f"not within {PATIENCE} s: {what}")
        time.sleep(0.05)


def passes(folder):
    out = folder / "run"
    done = subprocess.run([SIM, "run", SCENARIO, "--world", "real", "--out", out, "--json", "--quiet"],
                          capture_output=True, text=True, timeout=280)
    if not done.stdout.strip():
        sys.exit(f"exit status {done.returncode}: {done.stderr}")
    summary = json.loads(done.stdout)
    for check in summary["checks"]:
        print(f"  {check['verdict']:8} {check['name']:26} {check['detail']}")
    if done.returncode != 0 or summary["verdict"] != "pass":
        sys.exit(f"expected pass: {done.returncode}, {summary['verdict']}, ended early: {summary.get('limit_hit')}")
    if summary["world"] != "real" or summary["digest"] is not None:
        sys.exit("a run on real processes has no digest")
    if summary["wall_seconds"] > WALL_MAX:
        sys.exit(f"{summary['wall_seconds']:.0f} s, at most {WALL_MAX}")
    files = ["scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"]
    files += [f"nodes/{name}.log" for name in ("west-0", "west-1", "west-2", "east-0", "east-1")]
    missing = [name for name in files if not (out / name).is_file()]
    if missing:
        sys.exit(f"missing in the run folder: {missing}")
    if nodes_in(folder) or list(folder.glob("lastmile-rig-*")):
        sys.exit("a node or the temporary folder was left behind")
    print(f"ok: pass in {summary['wall_seconds']:.1f} s")


def refuses(folder):
    for setting, pointer in (("/faults/0/leak=5%", "/faults/0/leak"), ('/worlds=["sim"]', "/worlds")):
        done = subprocess.run([SIM, "run", SCENARIO, "--world", "real", "--out", folder / "no", "--set", setting],
                              capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 3 or pointer not in done.stderr or (folder / "no").exists():
            sys.exit(f"{setting}: expected a refusal at {pointer}, got {done.returncode}: {done.stderr}")
    print("ok: what the real world cannot do is refused")


def dies(folder):
    rig = subprocess.Popen([RIG, "run", SCENARIO, "--out", folder / "killed", "--quiet"])
    try:
        wait_until("five nodes have started", lambda: len(nodes_in(folder)) == 5)
    finally:
        rig.send_signal(signal.SIGKILL)
        rig.wait()
    wait_until("all nodes of the killed rig are gone", lambda: not nodes_in(folder))
    left = list(folder.glob("lastmile-rig-*"))
    done = subprocess.run([RIG, "run", SCENARIO, "--node", "/bin/false", "--out", folder / "next", "--quiet"],
                          capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 2:
        sys.exit(f"nodes that do not start: expected exit status 2, got {done.returncode}: {done.stderr}")
    if any(path.exists() for path in left):
        sys.exit(f"the folder of the killed rig is still there: {left}")
    print("ok: a killed rig takes its nodes along, and the next one clears up")


with tempfile.TemporaryDirectory(prefix="e2e-") as name:
    os.environ["TMPDIR"] = name  # the rig's folders, so that we see only ours
    refuses(pathlib.Path(name))
    dies(pathlib.Path(name))
    passes(pathlib.Path(name))
