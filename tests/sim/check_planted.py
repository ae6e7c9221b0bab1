"""Runs a shipped scenario with changes: fails, and only by checks on the named measure."""
import json
import subprocess
import sys

sim, scenario, folder, of, *changes = sys.argv[1:]
command = [sim, "run", scenario, "--out", folder, "--json", "--quiet"]
for change in changes:
    command += ["--set", change]
result = subprocess.run(command, capture_output=True, text=True)
if not result.stdout.strip():
    sys.exit(f"exit status {result.returncode}\n{result.stderr}")
summary = json.loads(result.stdout)
not_held = [check for check in summary["checks"] if check["verdict"] != "pass"]
for check in not_held:
    print(check["verdict"], check["detail"])
if result.returncode != 1 or summary["verdict"] != "fail":
    sys.exit(f"expected fail, exit status {result.returncode}, {summary['verdict']}")
others = [check for check in not_held if check["name"] != "measure" or not check["detail"].startswith(of)]
if others:
    sys.exit(f"not of {of}: {json.dumps(others)}")
