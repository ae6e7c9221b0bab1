"""Our peer and one made of the public JavaScript libraries talk to each other: over TCP and WebSocket, dialled from either
side, with either way to choose the multiplexer; and one of them goes away, comes back, or falls silent."""
import json
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

OURS, NODE, envelopes, sources, workshop = (pathlib.Path(a) for a in sys.argv[1:6])
PATIENCE = 30  # seconds, for what must happen on a busy machine
INSTALLING = 240  # seconds, for npm
SKIPPED = 77
TOPIC = "ALEPH-TEST"


def install():
    """The packages of the lock file, once per build folder. Skips, visibly, where they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("SKIPPED: there is no node or npm here")
        sys.exit(SKIPPED)
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version[1:].split(".")[0]) < 20:
        print(f"SKIPPED: the packages need node 20, and this is {version}")
        sys.exit(SKIPPED)
    lock = (sources / "package-lock.json").read_bytes()
    done = workshop / "installed-lock.json"
    shutil.copytree(sources, workshop, dirs_exist_ok=True)
    if done.exists() and done.read_bytes() == lock:
        return
    try:
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=workshop,
                       capture_output=True, text=True, check=True, timeout=INSTALLING)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"SKIPPED: npm cannot install the packages: {error}\n{str(error.stderr)[-500:]}")
        sys.exit(SKIPPED)
    done.write_bytes(lock)


class Program:
    """A peer that takes commands and tells events as JSON lines."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.seen, self.queue, self.complaints = [], queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=lambda: self.complaints.extend(self.process.stderr), daemon=True).start()
        listening = self.wait("listening")
        self.id, self.addresses = listening["peerId"], listening["addrs"]

    def read(self):
        for line in self.process.stdout:
            try:
                self.queue.put(json.loads(line))
            except json.JSONDecodeError:
                self.complaints.append(line)

    def wait(self, event, **fields):
        """The next event of this kind with these fields that nobody has waited for yet."""
        until = time.monotonic() + PATIENCE
        while True:
            for number, seen in enumerate(self.seen):
                if seen["event"] == event and all(seen.get(key) == value for key, value in fields.items()):
                    return self.seen.pop(number)
            try:
                self.seen.append(self.queue.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                sys.exit(f"{self.name}: no {event} with {fields} within {PATIENCE} s; seen: {self.seen}\n{''.join(self.complaints)[-2000:]}")

    def tell(self, cmd, **fields):
        self.process.stdin.write(json.dumps({"cmd": cmd, **fields}) + "\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Scene:
    """Ends every process that it started."""

    def __init__(self):
        self.started, self.folder = [], pathlib.Path(tempfile.mkdtemp(prefix="lastmile-interop-"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.started:
            program.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ours(self, key=1, muxer="early", listen=("/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws"), patience_ms=10000):
        seqnos = self.folder / f"seqno-{key}"
        self.started.append(Program("ours", [OURS, seqnos, str(key), muxer, str(patience_ms), *listen]))
        return self.started[-1]

    def theirs(self, *more, seed=None, ws=False):
        command = ["node", workshop / "peer.mjs", "--topic", TOPIC, "--listen", "/ip4/127.0.0.1/tcp/0" + ("/ws" if ws else ""), *more]
        if seed is not None:
            command += ["--seed", f"{seed:064x}"]
        self.started.append(Program("theirs", command))
        return self.started[-1]


def expect(what, condition, *shown):
    if not condition:
        sys.exit(f"expected {what}: {shown}")


def talk(ours, theirs, word):
    """Both are connected: identify, ping and gossip, both ways."""
    told = theirs.wait("identify", peer=ours.id)
    expect("our program and protocols", told["agentVersion"] == "lastmile/interop" and "/meshsub/1.1.0" in told["protocols"], told)
    expect("a signed record", told["signedPeerRecord"], told)
    expect("our addresses", any("/tcp/" in a for a in told["listenAddrs"]), told)
    for _ in range(100):
        ours.tell("info", peer=theirs.id)
        info = ours.wait("info")
        if info["agentVersion"]:
            break
        time.sleep(0.1)
    expect("their program and protocols", "libp2p" in info["agentVersion"] and "/ipfs/ping/1.0.0" in info["protocols"], info)
    ours.tell("ping", peer=theirs.id)
    ours.wait("ping", peer=theirs.id)
    theirs.wait("graft", peer=ours.id)
    ours.tell("publish", data=f"{word} of ours")
    heard = theirs.wait("message", data=f"{word} of ours")
    expect("us as the author", heard["from"] == ours.id, heard)
    theirs.tell("publish", topic=TOPIC, data=f"{word} of theirs")
    heard = ours.wait("message", data=f"{word} of theirs")
    expect("them as the author", heard["from"] == theirs.id and heard["via"] == theirs.id, heard)


def they_dial(transport, muxer, *key):
    with Scene() as scene:
        ours, theirs = scene.ours(muxer=muxer), scene.theirs(*key)
        address = next(a for a in ours.addresses if ("/ws" in a) == (transport == "WebSocket"))
        theirs.tell("dial", addr=address)
        opened = theirs.wait("connection-open", peer=ours.id)
        expect("noise and yamux", opened["muxer"] == "/yamux/1.0.0" and opened["encryption"] == "/noise", opened)
        ours.wait("connected", direction="inbound", peer=theirs.id)
        theirs.tell("ping", addr=address)
        theirs.wait("ping")
        talk(ours, theirs, "words")
    print(f"ok: a {key[-1] if key else 'ed25519'} peer dials us over {transport}, muxer {muxer}")


def we_dial(transport, muxer):
    with Scene() as scene:
        ours, theirs = scene.ours(muxer=muxer), scene.theirs(ws=transport == "WebSocket")
        ours.tell("dial", addr=theirs.addresses[0])
        ours.wait("connected", direction="outbound", peer=theirs.id)
        talk(ours, theirs, "words")
    print(f"ok: we dial a peer over {transport}, muxer {muxer}")


def somebody_else_is_there():
    with Scene() as scene:
        ours, theirs, other = scene.ours(), scene.theirs(), scene.theirs()
        address = theirs.addresses[0].replace(theirs.id, other.id)
        ours.tell("dial", addr=address)
        failed = ours.wait("dial-failed", addr=address)
        expect("a refusal", failed["reason"] == "refused", failed)
    print("ok: who cannot prove to be whom we dialled is refused")


def we_restart():
    with Scene() as scene:
        theirs = scene.theirs()
        seqno = 0
        for life in range(2):
            ours = scene.ours(key=7)
            ours.tell("dial", addr=theirs.addresses[0])
            ours.wait("connected", peer=theirs.id)
            theirs.wait("graft", peer=ours.id)
            for number in range(2):
                ours.tell("publish", data=f"life {life} message {number}")
                heard = theirs.wait("message", data=f"life {life} message {number}")
                expect("a sequence number that grows", int(heard["seqno"], 16) > seqno, heard, seqno)
                seqno = int(heard["seqno"], 16)
            ours.kill()
            theirs.wait("connection-close", peer=ours.id)
    print("ok: sequence numbers grow across a restart of ours")


def they_restart():
    with Scene() as scene:
        ours = scene.ours()
        for life in range(2):
            theirs = scene.theirs(seed=5)
            ours.tell("dial", addr=theirs.addresses[0])
            ours.wait("connected", peer=theirs.id)
            talk(ours, theirs, f"life {life}")
            theirs.kill()
            ours.wait("lost", peer=theirs.id)
    print("ok: a peer that was killed is lost, and comes back under its name")


def they_fall_silent():
    with Scene() as scene:
        ours, theirs = scene.ours(patience_ms=3000), scene.theirs()
        ours.tell("dial", addr=theirs.addresses[0])
        ours.wait("connected", peer=theirs.id)
        theirs.wait("graft", peer=ours.id)
        theirs.process.send_signal(signal.SIGSTOP)
        lost = ours.wait("lost", peer=theirs.id)
        expect("a timeout", lost["reason"] == "timeout", lost)
        theirs.process.send_signal(signal.SIGCONT)
        theirs.wait("connection-close", peer=ours.id)
        ours.tell("dial", addr=theirs.addresses[0])
        ours.wait("connected", peer=theirs.id)
        theirs.wait("graft", peer=ours.id)
        ours.tell("publish", data="are you there?")
        theirs.wait("message", data="are you there?")
    print("ok: a peer that stops answering without closing is lost, and can be dialled again")


def they_come_while_we_still_see_them():
    """The machine of a peer is gone, but no packet says so; it dials us again before our patience ends."""
    with Scene() as scene:
        ours, theirs = scene.ours(patience_ms=60000), scene.theirs(seed=9)
        ours.tell("dial", addr=theirs.addresses[0])
        ours.wait("connected", peer=theirs.id)
        theirs.process.send_signal(signal.SIGSTOP)
        again = scene.theirs(seed=9)
        again.tell("dial", addr=next(a for a in ours.addresses if "/ws" not in a))
        again.wait("connection-open", peer=ours.id)
        lost = ours.wait("lost", peer=again.id)
        expect("a timeout of the old connection", lost["reason"] == "timeout", lost)
        ours.wait("connected", peer=again.id, direction="inbound")
        again.wait("graft", peer=ours.id)
        ours.tell("publish", data="welcome back")
        again.wait("message", data="welcome back")
    print("ok: a peer that comes back before its old connection is known to be dead hears us again")


class Node:
    """lastmile-node, asked as an operator asks it."""

    def __init__(self, scene):
        self.data = scene.folder / "node"
        self.run("init")
        self.process = subprocess.Popen([NODE, "run", "--data", self.data, "--p2p-listen", "/ip4/127.0.0.1/tcp/0", "--p2p-listen",
                                         "/ip4/127.0.0.1/tcp/0/ws", "--set", "economy.charge=false"], stderr=subprocess.DEVNULL)
        scene.started.append(self)
        until = time.monotonic() + PATIENCE
        while self.run("ask", "status", check=False).returncode != 0:
            expect("a node that runs", self.process.poll() is None and time.monotonic() < until)
            time.sleep(0.1)
        status = self.ask("status")
        self.id = status["identity"]
        self.addresses = [f"{each}/p2p/{self.id}" for each in status["listen"]]

    def run(self, verb, *more, check=True):
        return subprocess.run([NODE, verb, "--data", self.data, *more], capture_output=True, text=True, check=check, timeout=PATIENCE)

    def ask(self, command, **fields):
        return json.loads(self.run("ask", "--json", command, json.dumps(fields)).stdout)

    def until_processed(self, item_hash):
        until = time.monotonic() + PATIENCE
        while self.ask("statuses", hashes=[item_hash])["statuses"] != ["processed"]:
            expect(f"{item_hash} to be processed", time.monotonic() < until, self.ask("statuses", hashes=[item_hash]))
            time.sleep(0.1)

    def kill(self):
        self.process.kill()
        self.process.wait()


def the_node_itself():
    """Real messages: from a client through the node's gossip to another program, and back from there into its store."""
    lines = [json.loads(line) for line in envelopes.read_text().splitlines() if line.startswith("{")]
    first, second = [one for one in lines if one.get("type") == "POST" and "\"ref\"" not in one.get("item_content", "ref")][:2]
    with Scene() as scene:
        node, theirs = Node(scene), scene.theirs()
        theirs.tell("dial", addr=next(a for a in node.addresses if "/ws" in a))
        told = theirs.wait("identify", peer=node.id)
        expect("the program's name", told["agentVersion"].startswith("lastmile/"), told)
        theirs.wait("graft", peer=node.id)
        node.ask("publish", envelope=json.dumps(first))
        heard = theirs.wait("message", **{"from": node.id})
        expect("the message that was handed in", json.loads(heard["data"])["item_hash"] == first["item_hash"], heard)
        theirs.tell("publish", topic=TOPIC, data=json.dumps(second))
        node.until_processed(second["item_hash"])
        peers = node.ask("peers")
        expect("the peer and its program", [p["identity"] for p in peers] == [theirs.id] and "libp2p" in peers[0]["agent"], peers)
    print("ok: lastmile-node gossips messages with another program over WebSocket, both ways")


install()
the_node_itself()
for each_muxer in ("early", "negotiated"):
    for each_transport in ("TCP", "WebSocket"):
        they_dial(each_transport, each_muxer)
        we_dial(each_transport, each_muxer)
for each_key in ("rsa", "secp256k1"):
    they_dial("TCP", "early", "--key-type", each_key)
somebody_else_is_there()
we_restart()
they_restart()
they_fall_silent()
they_come_while_we_still_see_them()
