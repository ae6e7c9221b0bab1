"""lastmile-node as an operator meets it: init, run, exit codes, stop, and kill -9 in the middle of ingest."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

programs, scenarios = (pathlib.Path(a) for a in sys.argv[1:3])
NODE = programs / "lastmile-node"
PATIENCE = 60  # seconds, for what must happen on a busy machine
KILLS = 3


def node(*arguments):
    return subprocess.run([NODE, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def expect(what, result, code, *texts):
    said = result.stdout + result.stderr
    if result.returncode != code or any(text not in said for text in texts):
        sys.exit(f"{what}: expected exit status {code} and {texts}, got {result.returncode}:\n{said}")
    print(f"ok: {what}")


@contextlib.contextmanager
def running(data, *more):
    """A node that is killed at the end whatever happens."""
    process = subprocess.Popen([NODE, "run", "--data", data, "--set", "p2p.listen=", *more],
                               stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Admin:
    def __init__(self, data, process):
        self.socket = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(str(data / "admin.sock"))
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit(f"no admin socket; the node said: {process.stderr.read()}")
                time.sleep(0.01)
        self.socket.settimeout(PATIENCE)
        self.lines = self.socket.makefile("r")

    def send(self, number, command, **fields):
        self.socket.sendall((json.dumps({"id": number, "command": command, **fields}) + "\n").encode())

    def ask(self, command, **fields):
        self.send(-1, command, **fields)
        answer = json.loads(self.lines.readline())
        if not answer["ok"]:
            sys.exit(f"{command}: {answer}")
        return answer["result"]


def exit_codes(folder):
    data = folder / "data"
    expect("init makes a data folder", node("init", "--data", data), 0)
    before = (data / "keys" / "node.key").read_text()
    expect("init refuses to overwrite", node("init", "--data", data), 3, "not empty")
    assert (data / "keys" / "node.key").read_text() == before
    expect("run without init", node("run", "--data", folder / "none"), 3, "no data folder", "init")
    expect("no verb", node(), 3, "lastmile-node: expected a verb: init, run")
    expect("an unknown verb", node("rnu"), 3, 'unknown verb "rnu"; did you mean "run"?')
    expect("an unknown verb of a verb", node("config", "chek"), 3, 'config: unknown verb "chek"; did you mean "check"?')
    expect("an unknown option", node("run", "--dta", data), 3, 'run: unknown option "--dta"; did you mean "--data"?')
    expect("a value takes no verb's argument along", node("ask", "--data", folder / "none", "--set", "log.level=info", "help"),
           1, "no node runs here: there is no")
    expect("the version", node("--version"), 0)
    expect("settings of a folder that is none", node("config", "check", "--data", folder / "none"), 3, "none/node.toml: no such file")
    expect("settings of a new folder", node("config", "check", "--data", data), 0, "valid")
    config = folder / "bad.toml"
    config.write_text('[p2p]\nlissten = "x"\n')
    expect("an unknown key", node("run", "--data", data, "--config", config), 3, "bad.toml:2:", "p2p.listen?")
    with running(data) as process:
        Admin(data, process).ask("status")
        expect("a second node on the same data", node("run", "--data", data), 4, str(process.pid))
        process.send_signal(signal.SIGTERM)
        if process.wait(PATIENCE) != 0:
            sys.exit(f"SIGTERM: exit status {process.returncode}")
        print("ok: SIGTERM ends it with 0")
    if (data / "admin.sock").exists():
        sys.exit("the admin socket was left behind")
    version = (data / "VERSION").read_text()
    (data / "VERSION").write_text("99\n")
    expect("data of a newer program", node("run", "--data", data), 5, "newer")
    (data / "VERSION").write_text(version)
    (data / "keys" / "node.key").chmod(0o644)
    expect("a key that others can read", node("run", "--data", data), 3, "can be read by others")
    (data / "keys" / "node.key").chmod(0o600)


def stopping(folder):
    data = folder / "data"
    expect("stop without a node", node("stop", "--data", data), 1, "no node runs here: there is no")
    expect("stop of no folder at all", node("stop"), 3, "expected --data or --socket")
    expect("an empty name", node("stop", "--data", ""), 3, "--data: expected a name, found an empty one")
    answer = node("stop", "--data", data, "--json")
    assert (answer.returncode, answer.stderr) == (1, "") and "no node runs" in json.loads(answer.stdout)["errors"][0]["text"], answer
    for style in ((), ("--json",)):
        with running(data) as process:
            Admin(data, process)
            expect("an unknown command", node("ask", "--data", data, "quues"), 1, 'unknown command quues; did you mean "queues"?')
            answer = node("stop", "--data", data, *style)
            if process.poll() != 0:
                sys.exit(f"stop came back before the node had ended: {process.poll()}")
            assert (answer.returncode, answer.stderr) == (0, ""), answer
            if style:
                assert json.loads(answer.stdout)["stopped"] is True, answer
            else:
                assert answer.stdout.startswith("stopped after "), answer
    with running(data) as process:
        Admin(data, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    expect("stop of a node that was killed", node("stop", "--data", data), 1, "nobody listens on")
    os.mkfifo(folder / "pipe.toml")
    expect("settings that are a pipe", node("config", "check", "--config", folder / "pipe.toml"), 3, "expected a file, found a folder, pipe or device")
    expect("a file name without end", node("config", "check", "--data", "x" * 5000), 3, "no such file")
    print("ok: stop says what happened")


def hostile_client(data):
    with running(data) as process:
        rude = socket.socket(socket.AF_UNIX)
        Admin(data, process)
        rude.connect(str(data / "admin.sock"))
        rude.sendall(b"\x00\xff" * 1000 + b"\n" + b"[" * 100000 + b"\n" + b'{"command":"publish"}\n{"command":"publish",'
                     b'"envelope":{"a":1}}\n{"command":"statuses","hashes":7}\n{"command":"state","at_ns":"x"}\n')
        answers = rude.makefile("r")
        for _ in range(6):
            answer = json.loads(answers.readline())
            if answer["ok"]:
                sys.exit("rubbish was accepted")
            if "exception" in answer["error"]:
                sys.exit(f"words of a library, for people: {answer['error']}")
        rude.close()
        Admin(data, process).ask("status")
        print("ok: rubbish on the admin socket is refused and the node lives")


def ingest_and_kill(folder):
    data = folder / "busy"
    expect("init", node("init", "--data", data), 0)
    lines = (scenarios / "replay" / "envelopes.jsonl").read_text().splitlines()
    envelopes = [line for line in lines if line and not line.startswith("//")]
    acknowledged = set()
    sent = 0
    for life in range(KILLS + 1):
        with running(data, "--set", "economy.charge=false") as process:
            admin = Admin(data, process)
            missing = [h for h, s in zip(sorted(acknowledged), admin.ask("statuses", hashes=sorted(acknowledged))["statuses"])
                       if s == "none"]
            if missing:
                sys.exit(f"life {life}: {len(missing)} acknowledged messages are gone, such as {missing[0]}")
            signers = admin.ask("signatures", hashes=sorted(acknowledged) + ["f" * 64])["signatures"]
            if signers.pop() is not None:
                sys.exit("a message that nobody sent has a signature")
            sent_in = [e for e in map(json.loads, envelopes) if "item_hash" in e]  # some lines are no envelope
            wanted = {e["item_hash"]: {"sender": e["sender"], "signature": e["signature"]} for e in sent_in}
            if signers != [wanted[hash] for hash in sorted(acknowledged)]:
                sys.exit(f"life {life}: sender or signature of a message is not what was handed in")
            if life == KILLS:
                break
            # Hand in a share, take only some of the receipts, and kill it with work in flight.
            share = envelopes[sent:sent + len(envelopes) // KILLS]
            for number, envelope in enumerate(share):
                admin.send(sent + number, "publish", envelope=envelope)
            for _ in range(len(share) * 2 // 3):
                answer = json.loads(admin.lines.readline())
                if answer["ok"] and answer["result"]["status"] in ("processed", "pending"):
                    acknowledged.add(answer["result"]["item_hash"])
            process.send_signal(signal.SIGKILL)
            process.wait()
            sent += len(share)
            if any(hash in process.stderr.read() for hash in acknowledged):
                sys.exit("the log names messages of users")
    if len(acknowledged) < 50:
        sys.exit(f"only {len(acknowledged)} messages were acknowledged: nothing was tested")
    print(f"ok: {len(acknowledged)} acknowledged messages survived {KILLS} kills during ingest")


with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
    os.environ.pop("LASTMILE_NETWORK__LISTEN", None)
    exit_codes(pathlib.Path(name))
    stopping(pathlib.Path(name))
    hostile_client(pathlib.Path(name) / "data")
    ingest_and_kill(pathlib.Path(name))
