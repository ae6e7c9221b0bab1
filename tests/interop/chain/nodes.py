"""lastmile-node on real chains (anvil): anchors, a late joiner with the chain road alone, a reorganisation, kill -9 with anchors on
their way, an outage, and a message born in a contract of a second chain. Exit status 77 without anvil."""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

programs, scenarios = (pathlib.Path(a) for a in sys.argv[1:3])
NODE = programs / "lastmile-node"
HERE = pathlib.Path(__file__).parent
CONTRACT = HERE.parents[2] / "real/rig/contract/sync.hex"
ANVIL = HERE / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
PATIENCE = 120  # seconds, for what must happen on a busy machine
RICH = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # every such chain gives it ether
SYNC_TOPIC = "0x2cc768a3de0c950ea2a38e55a9b143cc6fd5a8eec27e36993b542fb16ab591e1"

if not ANVIL.exists():
    print("skipped: anvil is not installed (tools/install-interop)")
    sys.exit(77)


def wait(what, condition, between=lambda: None):
    until = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > until:
            sys.exit(f"not within {PATIENCE} s: {what}")
        between()
        time.sleep(0.05)
    return result


class Chain:
    """Blocks come when the test says so."""

    def __init__(self, chain_id):
        self.process = subprocess.Popen([ANVIL, "--host", "127.0.0.1", "--port", "0", "--no-mining", "--chain-id", str(chain_id),
                                         "--slots-in-an-epoch", "2"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if found := re.search(r"Listening on (127\.0\.0\.1:\d+)", line):
                self.url = "http://" + found[1]
                break
        # Its log goes nowhere: a pipe that nobody reads would stop it.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        self.http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        receipt = self.transact({"data": "0x" + CONTRACT.read_text().strip()})
        self.contract = receipt["contractAddress"]

    def call(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        answer = json.load(self.http.open(request, timeout=PATIENCE))
        if "error" in answer:
            sys.exit(f"{method}: {answer['error']}")
        return answer["result"]

    def mine(self, blocks=1):
        for _ in range(blocks):
            self.call("evm_mine")

    def transact(self, what):
        sent = self.call("eth_sendTransaction", {"from": RICH, "gas": "0x200000", **what})
        self.mine()
        return self.call("eth_getTransactionReceipt", sent)

    def payloads(self):
        logs = self.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": self.contract, "topics": [SYNC_TOPIC]})
        out = []
        for log in logs:
            data = bytes.fromhex(log["data"][2:])
            length = int.from_bytes(data[96:128], "big")
            out.append(json.loads(data[128:128 + length])["content"])
        return out

    def end(self):
        self.process.kill()
        self.process.wait()
        self.drain.wait()


def do_message(kind, content):
    """Call data of doMessage(string,string)."""
    def text(value):
        return len(value).to_bytes(32, "big") + value + bytes(-len(value) % 32)
    first, second = text(kind.encode()), text(content.encode())
    return "0x128f72c5" + ((64).to_bytes(32, "big") + (64 + len(first)).to_bytes(32, "big") + first + second).hex()


class Node:
    def __init__(self, folder, name, chains, peers=(), key=None):
        self.data = folder / name
        subprocess.run([NODE, "init", "--data", self.data], check=True, stdout=subprocess.DEVNULL)
        settings = ['[p2p]', 'listen = ["/ip4/127.0.0.1/tcp/0"]', f"peers = {json.dumps(list(peers))}",
                    "[roads]", "gossip = false", "reconciliation = false", "content_store = false", "chain = true",
                    "[economy]", "charge = false"]
        for title, code, chain, chain_id in chains:
            settings += [f"[chains.{title}]", f'code = "{code}"', f'endpoints = ["{chain.url}"]', f'contract = "{chain.contract}"',
                         'poll = "50ms"', 'archive_every = "300ms"']
            if key and title == "ethereum":
                path = folder / "chain.key"
                path.write_text(key)
                path.chmod(0o600)
                settings += [f'key_file = "{path}"', f"chain_id = {chain_id}"]
        (self.data / "node.toml").write_text("\n".join(settings) + "\n")
        self.start()

    def start(self):
        self.log = open(self.data / "log.txt", "a")
        self.process = subprocess.Popen([NODE, "run", "--data", self.data], stderr=self.log)
        self.socket = socket.socket(socket.AF_UNIX)

        def connected():
            if self.process.poll() is not None:
                sys.exit(f"the node ended: {(self.data / 'log.txt').read_text()}")
            with contextlib.suppress(OSError):
                self.socket.connect(str(self.data / "admin.sock"))
                return True
        wait("an admin socket", connected)
        self.socket.settimeout(PATIENCE)
        self.lines = self.socket.makefile("r")

    def ask(self, command, **fields):
        self.socket.sendall((json.dumps({"id": 1, "command": command, **fields}) + "\n").encode())
        answer = json.loads(self.lines.readline())
        if not answer["ok"]:
            sys.exit(f"{command}: {answer}")
        return answer["result"]

    def address(self):
        status = self.ask("status")
        return f"{status['listen'][0]}/p2p/{status['identity']}"

    def chain(self, name="ethereum"):
        return self.ask("chains")["chains"][name]

    def publish(self, envelopes):
        """Hashes of those that were accepted and that no later one erased."""
        accepted = []
        for envelope in envelopes:
            result = self.ask("publish", envelope=envelope)
            if result["status"] == "processed":
                accepted.append(result["item_hash"])
        return [hash for hash, status in zip(accepted, self.statuses(accepted)) if status == "processed"]

    def has(self, hashes):
        return all(status == "processed" for status in self.statuses(hashes))

    def statuses(self, hashes):
        return self.ask("statuses", hashes=hashes)["statuses"]

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
        self.socket.close()
        self.log.close()


def story(folder, everything):
    chain, other = Chain(31337), Chain(56)
    everything += [chain, other]
    chains = [("ethereum", "ETH", chain, 31337), ("bsc", "BSC", other, 56)]
    writer = Node(folder, "writer", chains, key="11" * 32)
    everything.append(writer)
    publisher = writer.chain()["publisher"]
    chain.call("anvil_setBalance", publisher, "0x8ac7230489e80000")

    lines = (scenarios / "replay" / "envelopes.jsonl").read_text().splitlines()
    envelopes = [line for line in lines if line and not line.startswith("//")]
    third = len(envelopes) // 3
    wanted = writer.publish(envelopes[:third])
    if len(wanted) < 20:
        sys.exit(f"only {len(wanted)} messages were accepted: nothing is tested")
    wait("the first anchor", lambda: chain.payloads(), chain.mine)
    print(f"ok: {len(wanted)} messages, an anchor by {publisher} in block {int(chain.call('eth_blockNumber'), 16)}")

    joiner = Node(folder, "joiner", chains, peers=[writer.address()])
    everything.append(joiner)
    wait("the late joiner has it all by the chain alone", lambda: joiner.has(wanted), chain.mine)
    print("ok: a late joiner learned all of it from the chain and its archives")

    before = len(chain.payloads())
    wait("the anchors are not final", lambda: joiner.chain()["height"] == joiner.chain()["head"])
    more = writer.publish(envelopes[third:2 * third])
    wait("another anchor", lambda: len(chain.payloads()) > before, chain.mine)
    chain.call("anvil_reorg", 2, [])
    chain.mine()
    wait("a reorganisation is seen", lambda: joiner.chain()["reorganisations"] > 0 and writer.chain()["reorganisations"] > 0, chain.mine)
    wait("the messages of a lost anchor arrive all the same", lambda: joiner.has(more), chain.mine)
    wait("the lost anchor lands again", lambda: len(chain.payloads()) > before, chain.mine)
    wanted += more
    print("ok: a reorganisation took an anchor back, and it landed again")

    # Nobody mines: the anchor is on its way when the node dies.
    last = writer.publish(envelopes[2 * third:])
    wait("an anchor waits in the pool", lambda: chain.call("eth_getTransactionCount", publisher, "pending") !=
         chain.call("eth_getTransactionCount", publisher, "latest"))
    writer.end(signal.SIGKILL)
    writer.start()
    joiner.end()
    joiner.data.joinpath("node.toml").write_text(re.sub(r"peers = .*", f"peers = {json.dumps([writer.address()])}",
                                                        joiner.data.joinpath("node.toml").read_text()))
    joiner.start()
    wanted += last
    wait("all arrives after a kill", lambda: joiner.has(wanted) and writer.has(wanted), chain.mine)
    payloads = chain.payloads()
    if len(payloads) != len(set(payloads)):
        sys.exit(f"an archive was anchored twice: {payloads}")
    print(f"ok: kill -9 with an anchor on its way, {len(payloads)} anchors, none twice")

    os.kill(chain.process.pid, signal.SIGSTOP)
    height = writer.chain()["height"]
    time.sleep(1)
    if writer.chain()["height"] != height or not writer.has(wanted):
        sys.exit("a chain that says nothing moved something")
    os.kill(chain.process.pid, signal.SIGCONT)
    chain.mine(3)
    wait("following goes on after an outage", lambda: writer.chain()["height"] >= height + 3, chain.mine)
    print("ok: an outage is silence, and following goes on")

    content = json.dumps({"address": RICH, "time": 1700000000.5, "type": "note", "content": {"from": "a contract"}, "ref": None})
    other.transact({"to": other.contract, "data": do_message("POST", content)})
    hash = hashlib.sha256(content.encode()).hexdigest()
    height = int(other.call("eth_blockNumber"), 16)
    wait("the second chain is read", lambda: all(node.chain("bsc")["height"] >= height for node in (writer, joiner)))
    if writer.ask("statuses", hashes=[hash])["statuses"] != ["none"]:
        sys.exit("a message born in a contract did not wait until its block was final")
    other.mine(6)
    wait("a message born in a contract is there once it is final", lambda: writer.has([hash]) and joiner.has([hash]))
    told = joiner.ask("message", hash=hash)
    if told["sender"] != RICH:
        sys.exit(f"its sender is {told['sender']}, expected {RICH}")
    wait("both nodes show the same", lambda: writer.ask("state", at_ns=10**18 * 2)["digest"] == joiner.ask("state", at_ns=10**18 * 2)["digest"],
         chain.mine)
    print("ok: a message born in a contract of a second chain, and both nodes show the same")


with tempfile.TemporaryDirectory(prefix="lastmile-interop-") as name:
    started = []
    try:
        story(pathlib.Path(name), started)
    except BaseException:
        for log in pathlib.Path(name).glob("*/log.txt"):
            print(f"--- {log.parent.name}\n{log.read_text()[-3000:]}")
        for each in started:
            if isinstance(each, Node) and each.process.poll() is None:
                print(json.dumps(each.ask("chains")))
        raise
    finally:
        for each in reversed(started):
            each.end()
