"""Runs a shipped scenario as a user would, then again from its folder: pass, equal digests, a complete folder, and a
cost that is about what the file says."""
import json
import pathlib
import subprocess
import sys

sim, scenario, folder = sys.argv[1:4]
as_shipped = sys.argv[4:] == ["as-shipped"]  # not a build that costs more on purpose
pathlib.Path(folder).parent.mkdir(parents=True, exist_ok=True)


def run(*arguments):
    result = subprocess.run([sim, *arguments], capture_output=True, text=True)
    if not result.stdout.strip():
        sys.exit(f"{' '.join(arguments)}: exit status {result.returncode}\n{result.stderr}")
    return result.returncode, json.loads(result.stdout)


def complain(summary, what):
    for check in summary["checks"]:
        if check["verdict"] != "pass":
            print(json.dumps(check, indent=1))
    print("never reached:", summary.get("never_reached"), "limit:", summary.get("limit_hit"))
    sys.exit(what)


UNITS = {"s": 1, "min": 60, "h": 3600, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def figure(text):
    number = text.rstrip("abcdefghijklmnopqrstuvwxyzBGKM")
    return float(number) * UNITS[text[len(number):]]


def check_cost(summary):
    """What the file says is for people who choose what to run. Processor time that is above it is the machine's
    affair: others use it too. Far below it on any machine is not, unless it is next to nothing."""
    said = json.loads((pathlib.Path(folder) / "scenario.json").read_text())["expected_cost"]
    cpu, memory = figure(said["cpu"]), figure(said["memory"])
    if cpu > max(1, 20 * summary["cpu_seconds"]):
        sys.exit(f"expected_cost says {said['cpu']} of CPU; it takes {summary['cpu_seconds']:.2f} s")
    if summary["peak_rss_bytes"] > memory or memory > 20 * summary["peak_rss_bytes"]:
        sys.exit(f"expected_cost says {said['memory']}; it takes {summary['peak_rss_bytes'] / 2**20:.0f} MiB")


status, first = run("run", scenario, "--out", folder, "--json", "--quiet")
print(f"{first['scenario']}: {first['verdict']}, {first['events']} events, {first['cpu_seconds']:.1f} s of CPU, "
      f"{first['peak_rss_bytes'] / 2**20:.0f} MiB, digest {first['digest'][:16]}")
if status != 0 or first["verdict"] != "pass":
    complain(first, f"expected pass, exit status {status}")
for name in ("scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"):
    if not (pathlib.Path(folder) / name).is_file():
        sys.exit(f"{folder}/{name} is missing")
if as_shipped:
    check_cost(first)

status, again = run("rerun", folder, "--json", "--quiet")
if again["digest"] != first["digest"]:
    sys.exit(f"digests differ: {first['digest']} and {again['digest']}; name the event: {sim} twin {scenario}")
if status != 0:
    complain(again, f"the second run: exit status {status}")
