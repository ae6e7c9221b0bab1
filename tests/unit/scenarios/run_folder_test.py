"""A run as its folder tells it: complete or partial, read by the published reader, ended by limits, failed by planted faults."""
import collections
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sim, root = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path.insert(0, str(root / "docs"))
from read_events import read  # noqa: E402

SMALL = str(root / "scenarios/quickstart/two-islands-small.json")
# A wallet forgets only what it published five seconds before.
SHORT = ["--set", '/phases={"warm_up":"8s","trouble":"6s","heal":"4s","settle":"20s"}',
         "--set", '/traffic/0/types={"POST":"60%","AGGREGATE":"20%","STORE":"10%","FORGET":"10%"}']
FILES = {"scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"}
problems = []


def expect(condition, what):
    if not condition:
        problems.append(what)


def run(*arguments):
    done = subprocess.run([sim, "run", SMALL, *SHORT, "--json", "--quiet", *arguments], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr


def verdicts(summary):
    return {check["name"]: check["verdict"] for check in summary["checks"]}


def complete_and_readable(folder):
    status, summary, errors = run("--out", folder, "--set", "/measures/-=published", "--set", "/measures/-=deliveries")
    expect(status == 0, f"expected pass, exit status {status}: {errors}")
    expect(FILES <= {p.name for p in pathlib.Path(folder).iterdir()}, f"files are missing in {folder}")
    header, records = read(folder + "/events.lmt")
    expect(header["nodes"] == ["west-0", "west-1", "west-2", "east-0", "east-1"], "node names of the header")
    kinds, hashes, last, phases = collections.Counter(), {}, 0, []
    for seconds, node, kind, values in records:
        kinds[kind] += 1
        expect(seconds >= last, "records are not in the order of time")
        last = seconds
        if kind == "message":
            hashes[values["message"]] = values["item_hash"]
        elif "message" in values:
            expect(len(hashes.get(values["message"], "")) == 64, f"{kind} before the hash of its message")
        if kind == "phase":
            phases.append((seconds, header["phases"][values["phase"]]))
        if kind == "fault":
            expect(header["faults"][values["fault"]] == "cut", "name of the fault")
    expect(phases == [(0, "warm_up"), (8, "trouble"), (14, "heal"), (18, "settle")], f"phases {phases}")
    expect(kinds["fault"] == 2, "a fault begins and ends")
    measured = summary["measures"]
    expect(kinds["message_published"] == measured["published"]["value"], f"published {kinds['message_published']}")
    expect(kinds["message_processed"] == measured["deliveries"]["value"], f"processed {kinds['message_processed']}")
    rows = (pathlib.Path(folder) / "metrics.csv").read_text().splitlines()
    expect(rows[0] == "time_s,scope,name,value" and all(row.count(",") == 3 for row in rows), "shape of metrics.csv")
    return summary


def replaced_or_refused(folder, first):
    status, second, _ = run("--out", folder, "--seed", "8")
    expect(status in (0, 2) and second["digest"] != first["digest"], "another seed is another run")
    kept = json.loads((pathlib.Path(folder) / "summary.json").read_text())
    expect(kept["seed"] == 8, "an existing run folder is replaced")
    mine = pathlib.Path(folder).parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    status, refused, _ = run("--out", str(mine))
    expect(status == 3 and "expected an empty folder or an earlier run" in refused["errors"][0]["text"],
           f"other folders are refused: {refused}")
    expect([p.name for p in mine.iterdir()] == ["thesis.txt"], "and left alone")


def killed(folder):
    long = ["--set", '/phases={"warm_up":"1h","trouble":"1h","heal":"1h","settle":"1h"}']
    child = subprocess.Popen([sim, "run", SMALL, *long, "--out", folder, "--json", "--quiet"], stdout=subprocess.DEVNULL)
    partial = pathlib.Path(folder + ".partial")
    try:
        for _ in range(600):
            if (partial / "events.lmt").exists():
                break
            time.sleep(0.1)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    expect((partial / "scenario.json").is_file(), "a killed run leaves NAME.partial with its scenario")
    expect(not pathlib.Path(folder).exists(), "and no folder that looks complete")
    status, _, errors = run("--out", folder)
    expect(status == 0 and not partial.exists(), f"the next run takes its place: {errors}")


def interrupted(folder):
    long = ["--set", '/phases={"warm_up":"1h","trouble":"1h","heal":"1h","settle":"1h"}']
    child = subprocess.Popen([sim, "run", SMALL, *long, "--out", folder, "--json", "--quiet"], stdout=subprocess.PIPE, text=True)
    for _ in range(600):
        if pathlib.Path(folder + ".partial/events.lmt").exists():
            break
        time.sleep(0.1)
    child.send_signal(signal.SIGTERM)
    output, _ = child.communicate()
    summary = json.loads(output)
    expect(child.returncode == 2 and summary["verdict"] == "unknown", f"an interrupted run is unknown, not {summary['verdict']}")
    expect(FILES <= {p.name for p in pathlib.Path(folder).iterdir()}, "its folder is complete all the same")


def limited(folder):
    for limit, word in (('{"events":3000}', "events"), ('{"memory":"1MiB"}', "memory"), ('{"wall_time":"1us"}', "wall time")):
        status, summary, errors = run("--out", folder, "--set", "/limits=" + limit)
        if summary is None:
            expect(False, f"{limit}: exit status {status}: {errors}")
            continue
        expect(status == 2 and summary["verdict"] == "unknown" and summary.get("limit_hit") == word,
               f"{limit}: exit status {status}, {summary['verdict']}, {summary.get('limit_hit')}, {verdicts(summary)}")


def planted(folder):
    # Without any road of healing, what was published early in a long cut that closes connections must be missed, and the
    # checks must say so.
    status, summary, errors = run("--out", folder, "--set", "/world/roads/reconciliation=false",
                                  "--set", "/faults/0/mode=reset", "--set", "/phases/trouble=40s")
    found = verdicts(summary)
    expect(status == 1 and summary["verdict"] == "fail", f"no road of healing: exit status {status}, {found}")
    for check in summary["checks"]:
        if check["name"] in ("healed", "all_processed", "acknowledged_everywhere", "converged"):
            expect(check["verdict"] == "fail" and check["first_violation"]["node"], f"planted: {check}")
    # A cut that is none must be seen by the check that guards against empty demonstrations.
    status, summary, _ = run("--out", folder, "--set", "/traffic/0/until=trouble-3s")
    expect(verdicts(summary)["diverged"] == "fail", f"nothing was published during the cut: {verdicts(summary)}")


with tempfile.TemporaryDirectory() as work:
    first = complete_and_readable(work + "/run")
    replaced_or_refused(work + "/run", first)
    killed(work + "/killed")
    interrupted(work + "/interrupted")
    limited(work + "/limited")
    planted(work + "/planted")
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
