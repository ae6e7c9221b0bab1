"""The official client against a node: sdk.py PROGRAMS FOLDER-FOR-PACKAGES. Exit status 77: skipped, the reason is told."""
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

programs, packages = (pathlib.Path(a) for a in sys.argv[1:3])
HERE = pathlib.Path(__file__).parent
NODE = programs / "lastmile-node"
PATIENCE = 60  # seconds, for what must happen on a busy machine
INSTALL = 300
SKIPPED = 77


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def install():
    """The client's packages, by the lock file; kept as long as it does not change."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            skip(f"no {program} here")
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = packages / "installed"
    if not stamp.exists() or stamp.read_bytes() != lock:
        shutil.rmtree(packages, ignore_errors=True)
        packages.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, packages)
        try:
            done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=packages,
                                  capture_output=True, text=True, timeout=INSTALL)
        except subprocess.TimeoutExpired:
            skip("the client's packages did not come in time")
        if done.returncode != 0:
            skip(f"the client's packages cannot be had: {done.stderr[-500:]}")
        stamp.write_bytes(lock)
    shutil.copy(HERE / "story.mjs", packages)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def await_ready(url, process):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=PATIENCE) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > until:
            sys.exit("the node does not answer")
        time.sleep(0.05)


install()
with tempfile.TemporaryDirectory() as folder:
    data = pathlib.Path(folder) / "data"
    subprocess.run([NODE, "init", "--data", data], check=True, capture_output=True, timeout=PATIENCE)
    url = f"http://127.0.0.1:{free_port()}"
    # Accounts made on the spot have nothing to pay with.
    process = subprocess.Popen([NODE, "run", "--data", data, "--http-listen", url.removeprefix("http://"),
                                "--set", "p2p.listen=", "--set", "economy.charge=false"])
    try:
        await_ready(url, process)
        story = subprocess.run(["node", "story.mjs", url], cwd=packages, timeout=5 * PATIENCE)
        if story.returncode != 0:
            sys.exit(f"the story ended with {story.returncode}")
        process.send_signal(signal.SIGTERM)
        if process.wait(PATIENCE) != 0:
            sys.exit(f"the node ended with {process.returncode}")
    finally:
        process.kill()
        process.wait()
print("ok: the official client publishes and reads back")
