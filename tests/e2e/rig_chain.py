"""lastmile-rig with a chain: anchors and confirmations between real processes while the chain is silent for some, late for one and
takes blocks back; what they need is said. Exit status 77 without anvil.

    rig_chain.py PROGRAMS SCENARIOS ANVIL
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

programs, scenarios, anvil = (pathlib.Path(a) for a in sys.argv[1:4])
SCENARIO = scenarios / "chain" / "troubled-chain-small.json"
if not anvil.exists():
    print("skipped: anvil is not installed (tools/install-interop)")
    sys.exit(77)


def run(out, *more):
    done = subprocess.run([programs / "lastmile-sim", "run", SCENARIO, "--world", "real", "--out", out, "--json", "--quiet", *more],
                          capture_output=True, text=True, timeout=280)
    summary = json.loads(done.stdout) if done.stdout.strip() else None
    return done.returncode, summary, done.stdout + done.stderr


def chains_in(folder):
    """Chain processes that this test has left."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(anvil).encode() in words and str(folder).encode() in environment:
            found.append(int(entry.name))
    return found


def story(folder):
    os.environ["LASTMILE_ANVIL"] = ""
    path = os.environ["PATH"]
    os.environ["PATH"] = "/usr/bin:/bin"
    status, summary, said = run(folder / "none")
    if status != 2 or "anvil" not in said:
        sys.exit(f"without anvil: expected exit status 2 and its name, got {status}: {said}")
    print("ok: without anvil the run is undecided, and says what is missing")
    os.environ["PATH"] = path
    os.environ["LASTMILE_ANVIL"] = str(anvil)

    status, summary, said = run(folder / "run")
    if summary is None:
        sys.exit(f"exit status {status}: {said}")
    for check in summary["checks"]:
        print(f"  {check['verdict']:8} {check['name']:26} {check['detail']}")
    if status != 0:
        sys.exit(f"expected pass: {status}, ended early: {summary.get('limit_hit')}")
    finality = next(check for check in summary["checks"] if check["name"] == "finality_respected")
    if finality["detail"].startswith("0 reorg"):
        sys.exit("no node saw the reorganisation: nothing was tested")
    if chains_in(folder):
        sys.exit("the chain outlived its rig")
    print(f"ok: pass in {summary['wall_seconds']:.1f} s")

    # Confirmations come from the chain and from nowhere else: without its road the same check fails.
    status, summary, said = run(folder / "deaf", "--set", "/world/roads/chain=false", "--set", "/phases/settle=5s")
    failed = [check["name"] for check in summary["checks"] if check["verdict"] == "fail"]
    if status != 1 or failed != ["confirmed"]:
        sys.exit(f"without the road: expected only `confirmed` to fail, got {status}, {failed}")
    print("ok: nothing is confirmed without the chain's road")


with tempfile.TemporaryDirectory(prefix="e2e-") as name:
    os.environ["TMPDIR"] = name  # the rig's folders, so that we see only ours
    story(pathlib.Path(name))
