"""Runs shipped scenarios with many seeds: check_seeds.py SIM FIRST LAST SCENARIO...; a verdict must not be a matter of luck."""
import json
import pathlib
import subprocess
import sys
import tempfile

sim, first, last, *scenarios = sys.argv[1:]
failed = 0
with tempfile.TemporaryDirectory() as folder:
    for scenario in scenarios:
        for seed in range(int(first), int(last) + 1):
            run = [sim, "run", scenario, "--seed", str(seed), "--out", f"{folder}/run", "--json", "--quiet"]
            result = subprocess.run(run, capture_output=True, text=True)
            name = f"{pathlib.Path(scenario).stem}, seed {seed}"
            if result.returncode == 0:
                print(f"{name}: pass", flush=True)
                continue
            failed += 1
            print(f"{name}: exit status {result.returncode}\n{result.stderr}")
            if not result.stdout.strip():
                continue
            summary = json.loads(result.stdout)
            for check in summary["checks"]:
                if check["verdict"] != "pass":
                    print("  " + json.dumps(check))
            print("  never reached:", summary.get("never_reached"), "limit:", summary.get("limit_hit"), flush=True)
sys.exit(f"{failed} runs did not pass" if failed else 0)
