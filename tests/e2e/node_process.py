"""What the tests of lastmile-node share: starting it, its admin socket, and saying what went wrong."""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

PATIENCE = 60  # seconds, for what must happen on a busy machine
os.environ.pop("LASTMILE_NETWORK__LISTEN", None)


class Node:
    def __init__(self, program):
        self.program = pathlib.Path(program)

    def run(self, *arguments, **more):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, timeout=PATIENCE * 2, **more)

    def expect(self, what, code, *arguments, says=(), **more):
        result = self.run(*arguments, **more)
        said = result.stdout + result.stderr
        if result.returncode != code or any(text not in said for text in says):
            sys.exit(f"{what}: expected exit status {code} and {says}, got {result.returncode}:\n{said}")
        print(f"ok: {what}")
        return result

    def ask(self, what, code, *arguments):
        """A command with --json: one object on standard output, nothing on standard error."""
        result = self.run(*arguments, "--json")
        if result.returncode != code or result.stderr:
            sys.exit(f"{what}: expected exit status {code}, got {result.returncode}:\n{result.stdout}{result.stderr}")
        print(f"ok: {what}")
        return json.loads(result.stdout)

    @contextlib.contextmanager
    def running(self, data, *more, log=subprocess.PIPE, **options):
        """A node that is killed at the end whatever happens."""
        process = subprocess.Popen([self.program, "run", "--data", data, "--set", "p2p.listen=", *more],
                                   stderr=log, text=True, **options)
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
                self.socket.connect(str(pathlib.Path(data) / "admin.sock"))
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    said = process.stderr.read() if process.stderr else ""
                    sys.exit(f"no admin socket; the node ended with {process.poll()} and said: {said}")
                time.sleep(0.01)
        self.socket.settimeout(PATIENCE * 2)
        self.lines = self.socket.makefile("r")

    def send(self, number, command, **fields):
        self.socket.sendall((json.dumps({"id": number, "command": command, **fields}) + "\n").encode())

    def answer(self):
        return json.loads(self.lines.readline())

    def ask(self, command, **fields):
        self.send(-1, command, **fields)
        answer = self.answer()
        if not answer["ok"]:
            sys.exit(f"{command}: {answer}")
        return answer["result"]

    def refusal(self, command, **fields):
        self.send(-1, command, **fields)
        answer = self.answer()
        if answer["ok"]:
            sys.exit(f"{command}: expected a refusal, got {answer}")
        return answer["error"]


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"never happened: {what}")
        time.sleep(0.02)
    print(f"ok: {what}")


def envelopes(scenarios):
    """Signed messages, as the shipped scenario of replay has them."""
    lines = (pathlib.Path(scenarios) / "replay" / "envelopes.jsonl").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("//") and "item_hash" in json.loads(line)]
