"""Runs a shipped scenario as a user would, then again from its folder: pass, equal digests, a complete folder."""
import json
import pathlib
import subprocess
import sys

sim, scenario, folder = sys.argv[1:4]
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


status, first = run("run", scenario, "--out", folder, "--json", "--quiet")
print(f"{first['scenario']}: {first['verdict']}, {first['events']} events, {first['cpu_seconds']:.1f} s of CPU, "
      f"{first['peak_rss_bytes'] / 2**20:.0f} MiB, digest {first['digest'][:16]}")
if status != 0 or first["verdict"] != "pass":
    complain(first, f"expected pass, exit status {status}")
for name in ("scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"):
    if not (pathlib.Path(folder) / name).is_file():
        sys.exit(f"{folder}/{name} is missing")

status, again = run("rerun", folder, "--json", "--quiet")
if again["digest"] != first["digest"]:
    sys.exit(f"digests differ: {first['digest']} and {again['digest']}; name the event: {sim} twin {scenario}")
if status != 0:
    complain(again, f"the second run: exit status {status}")
