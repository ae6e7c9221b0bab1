"""The HTTP API of a real process, as clients without manners meet it: node_http.py PROGRAMS SCENARIOS.

What the routes answer is tested in tests/unit/http; here it is the process: ports, kill -9, stopping, floods.
"""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

programs = pathlib.Path(sys.argv[1])
NODE = programs / "lastmile-node"
VECTORS = pathlib.Path(__file__).parent.parent / "vectors" / "signed_by_sdk.json"
PATIENCE = 60  # seconds, for what must happen on a busy machine


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(data, port, *more):
    return subprocess.Popen([NODE, "run", "--data", data, "--http-listen", f"127.0.0.1:{port}", "--set", "p2p.listen=",
                             "--set", "economy.charge=false", *more], stderr=subprocess.PIPE, text=True)


def connect(port, process):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(f"nobody listens; the node said: {process.stderr.read() if process.poll() is not None else ''}")
            time.sleep(0.02)


@contextlib.contextmanager
def running(data, *more):
    """A node and its port; killed at the end whatever happens."""
    port = free_port()
    process = start(data, port, *more)
    try:
        connect(port, process).close()
        yield process, port
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def read_answer(stream):
    """Status, headers and body of the next answer; None when the server closed."""
    first = stream.readline()
    if not first:
        return None
    status = int(first.split()[1])
    headers = {}
    while (line := stream.readline().strip()):
        name, value = line.decode().split(": ", 1)
        headers[name.lower()] = value
    return status, headers, stream.read(int(headers.get("content-length", 0)))


def ask(port, process, method, target, body=b"", **headers):
    with connect(port, process) as connection:
        lines = [f"{method} {target} HTTP/1.1", "Host: node", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = read_answer(connection.makefile("rb"))
    if answer is None:
        sys.exit(f"{method} {target}: the server closed without an answer")
    return answer


def ended(connection):
    """True: the server closes, or resets, this connection in time."""
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


def good_messages():
    entries = json.loads(VECTORS.read_text())
    entries = entries["messages"] if isinstance(entries, dict) else entries
    return [e["message"] for e in entries if e["expect"]["signature_valid"]]


def publishing_survives_kill(data):
    messages = good_messages()
    assert len(messages) > 20, len(messages)
    file = os.urandom(300_000)
    name = hashlib.sha256(file).hexdigest()
    with running(data) as (process, port):
        told = {}
        for number, message in enumerate(messages):
            body = json.dumps({"message": message, "sync": number % 2 == 0}).encode()
            status, _, answer = ask(port, process, "POST", "/api/v0/messages", body)
            assert status in (200, 202, 422), (status, answer)
            told[message["item_hash"]] = json.loads(answer)["message_status"]
        accepted = [name for name, status in told.items() if status == "processed"]
        assert len(accepted) > 10, told
        assert ask(port, process, "POST", "/api/v0/storage/add_file", file)[0] == 200
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running(data) as (process, port):
        for item_hash in accepted:
            status, _, answer = ask(port, process, "GET", f"/api/v0/messages/{item_hash}")
            assert status == 200 and json.loads(answer)["status"] == "processed", answer
        assert ask(port, process, "GET", f"/api/v0/storage/raw/{name}")[2] == file
        total = json.loads(ask(port, process, "GET", "/api/v0/messages.json?pagination=1")[2])["pagination_total"]
        assert total >= len(accepted), total
    print("ok: what was acknowledged is there after kill -9")


def ports(folder, data):
    other = folder / "other"
    subprocess.run([NODE, "init", "--data", other], check=True, capture_output=True)
    with running(data) as (_, port):
        second = start(other, port)
        said = second.communicate(timeout=PATIENCE)[1]
        assert second.returncode == 1 and f"127.0.0.1:{port}" in said and "in use" in said, (second.returncode, said)
    wrong = subprocess.run([NODE, "run", "--data", other, "--http-listen", "localhost"], capture_output=True, text=True, timeout=PATIENCE)
    assert wrong.returncode == 3 and "http.listen" in wrong.stderr and "127.0.0.1:4024" in wrong.stderr, wrong
    wrong = subprocess.run([NODE, "run", "--data", other, "--set", "http.lissten=x"], capture_output=True, text=True, timeout=PATIENCE)
    assert wrong.returncode == 3 and "did you mean http.listen?" in wrong.stderr, wrong
    print("ok: a port in use and a wrong address are named")


def without_manners(data):
    with running(data, "--set", "http.header_timeout=1s", "--set", "http.body_timeout=1s", "--set", "http.connections=40") as (process, port):
        # More is promised than comes, less than comes, and something that is no HTTP.
        for bytes_sent in (b"POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 1000\r\n\r\n{}",
                           b"POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 2\r\n\r\n{}garbage behind it\r\n\r\n",
                           b"POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
                           b"POST /api/v0/messages HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                           b"GET /version HT", os.urandom(5000), b"\r\n" * 1000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20000):
            with connect(port, process) as rude:
                with contextlib.suppress(OSError):
                    rude.sendall(bytes_sent)
                assert ended(rude), bytes_sent[:60]
        # Everybody holds a connection and says nothing: others wait for a second at most.
        idle = [connect(port, process) for _ in range(60)]
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if ask(port, process, "GET", "/health/live")[0] == 200:
                    break
            except (SystemExit, OSError):
                pass
            assert time.monotonic() < until, "idle connections keep everybody out"
            time.sleep(0.1)
        for one in idle:
            one.close()
        # A large upload is broken off in the middle; nothing of it stays.
        with connect(port, process) as half:
            half.sendall(b"POST /api/v0/storage/add_file HTTP/1.1\r\nHost: n\r\nContent-Length: 20000000\r\n\r\n" + bytes(10_000_000))
        # A download that nobody reads.
        file = os.urandom(20_000_000)
        assert ask(port, process, "POST", "/api/v0/storage/add_file", file)[0] == 200
        lazy = connect(port, process)
        lazy.sendall(f"GET /api/v0/storage/raw/{hashlib.sha256(file).hexdigest()} HTTP/1.1\r\nHost: n\r\n\r\n".encode())
        assert ask(port, process, "GET", "/health/ready")[0] == 200
        time.sleep(1.5)
        lazy.close()
        assert ask(port, process, "GET", "/version")[0] == 200
        assert process.poll() is None
    print("ok: clients without manners are cut off, and others are served")


def flood(data):
    with running(data, "--set", "http.requests_per_second=10", "--set", "http.request_burst=20") as (process, port):
        with connect(port, process) as one:
            stream = one.makefile("rb")
            one.sendall(b"GET /version HTTP/1.1\r\nHost: n\r\n\r\n" * 100)
            statuses = [read_answer(stream)[0] for _ in range(100)]
        assert statuses[:20] == [200] * 20, statuses
        assert 429 in statuses, statuses
    print("ok: a flood of one client is answered 429")


def read_frame(stream):
    head = stream.read(2)
    length = head[1]
    if length == 126:
        length = int.from_bytes(stream.read(2), "big")
    return head[0] & 15, stream.read(length)


def stopping(data):
    with running(data) as (process, port):
        sock = connect(port, process)
        key = base64.b64encode(os.urandom(16)).decode()
        sock.sendall(("GET /api/ws0/messages?history=0 HTTP/1.1\r\nHost: n\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        stream = sock.makefile("rb")
        status, headers, _ = read_answer(stream)
        expected = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        assert status == 101 and headers["sec-websocket-accept"] == expected, headers
        idle = connect(port, process)
        assert ask(port, process, "GET", "/health/ready")[0] == 200
        process.send_signal(signal.SIGTERM)
        code, reason = read_frame(stream)
        assert code == 8 and int.from_bytes(reason[:2], "big") == 1001, (code, reason)
        assert ended(idle)
        if process.wait(PATIENCE) != 0:
            sys.exit(f"SIGTERM: exit status {process.returncode}")
    print("ok: on SIGTERM subscribers are told, connections close, the node ends with 0")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    data = folder / "data"
    subprocess.run([NODE, "init", "--data", data], check=True, capture_output=True)
    publishing_survives_kill(data)
    ports(folder, data)
    without_manners(data)
    flood(data)
    stopping(data)
