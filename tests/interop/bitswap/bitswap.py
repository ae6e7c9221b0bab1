"""Files go between our node and a Bitswap peer made of the public JavaScript libraries, both ways: what was uploaded by
HTTP is fetched by it; what STOREs name is fetched from it, a large file, a directory, and not from one that lies."""
import hashlib
import json
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

NODE, CLIENT, sources, workshop = (pathlib.Path(a) for a in sys.argv[1:5])
PATIENCE = 120  # seconds, for what must happen on a busy machine
INSTALLING = 240  # seconds, for npm
SKIPPED = 77


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


def expect(what, condition, *shown):
    if not condition:
        raise SystemExit(f"expected {what}: {shown}")


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Node:
    def __init__(self, folder):
        self.data = folder / "node"
        self.url = f"http://127.0.0.1:{free_port()}"
        subprocess.run([NODE, "init", "--data", self.data], check=True, capture_output=True)
        self.process = subprocess.Popen([NODE, "run", "--data", self.data, "--p2p-listen", "/ip4/127.0.0.1/tcp/0", "--http-listen",
                                         self.url.removeprefix("http://"), "--set", "economy.charge=false"], stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while self.run("ask", "status", check=False).returncode != 0:
            expect("a node that runs", self.process.poll() is None and time.monotonic() < until)
            time.sleep(0.1)
        status = self.ask("status")
        self.address = f"{status['listen'][0]}/p2p/{status['identity']}"

    def run(self, *arguments, check=True):
        return subprocess.run([NODE, *arguments, "--data", self.data], capture_output=True, text=True, check=check)

    def ask(self, command):
        return json.loads(self.run("ask", "--json", command, "{}").stdout)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            return error.code

    def metric(self, name):
        text = self.ask("metrics")["text"]
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))

    def upload(self, content):
        edge = "boundary-of-parts"
        body = (f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n').encode() + content + f"\r\n--{edge}--\r\n".encode()
        request = urllib.request.Request(self.url + "/api/v0/ipfs/add_file", body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["hash"]


class World:
    def __init__(self, folder):
        self.folder, self.processes = folder, []
        self.node = Node(folder)
        self.processes.append(self.node.process)
        self.password = folder / "password"
        self.password.write_text("of nobody\n")
        self.password.chmod(0o600)
        self.client("account", "new", "me", "--light")

    def client(self, *arguments):
        return subprocess.run([CLIENT, *arguments, "--keys", self.folder / "keys", "--password-file", self.password],
                              capture_output=True, text=True, check=True)

    def pin(self, cid):
        self.client("file", "pin", cid, "--api", self.node.url, "--no-wait")

    def serve(self, files, *options):
        """A peer that has these files; their names of IPFS. Connected to the node."""
        paths = []
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
            paths.append(self.folder / name)
        theirs = subprocess.Popen(["node", workshop / "bitswap-peer.mjs", "serve", *options, *paths], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        self.processes.append(theirs)
        cids = []
        for line in theirs.stdout:
            event = json.loads(line)
            if event["event"] == "imported":
                cids.append(event["cid"])
            if event["event"] == "listening":
                break
        self.node.run("peers", "add", event["addrs"][0])
        return theirs, cids

    def until_here(self, cid):
        until = time.monotonic() + PATIENCE
        while True:
            metadata = self.node.get(f"/api/v0/storage/metadata/{cid}")
            if isinstance(metadata, bytes):
                return json.loads(metadata)
            expect(f"{cid} to be fetched", time.monotonic() < until, metadata)
            time.sleep(0.2)

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()


def they_fetch(world):
    for size in (0, 1000, 1 << 20, 20_000_000):
        content = noise(size, size)
        cid = world.node.upload(content)
        theirs = subprocess.run(["node", workshop / "bitswap-peer.mjs", "fetch", "--peer", world.node.address, "--cid", cid, "--timeout-ms",
                                 str(PATIENCE * 1000)], capture_output=True, text=True, check=False)
        result = json.loads(theirs.stdout.splitlines()[-1])
        expect("the file that was uploaded", result.get("ok") and result["sha256"] == hashlib.sha256(content).hexdigest(), size, result)
    expect("blocks that are counted", world.node.metric('lastmile_ipfs_blocks_total{direction="served"}') >= 80)
    expect("no answer to what nobody has", subprocess.run(
        ["node", workshop / "bitswap-peer.mjs", "fetch", "--peer", world.node.address, "--cid", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
         "--timeout-ms", "3000"], capture_output=True, check=False).returncode == 1)
    print("ok: a Bitswap peer fetches what was uploaded by HTTP")


def we_fetch(world):
    content = noise(50 << 20, 50)
    _, (cid,) = world.serve({"large": content})
    world.pin(cid)
    metadata = world.until_here(cid)
    expect("a file of its size", metadata["type"] == "file" and metadata["size"] == len(content), metadata)
    expect("its bytes", world.node.get(f"/api/v0/storage/raw/{cid}") == content)
    print("ok: a file of 50 MiB is fetched from a Bitswap peer")
    files = {"one": noise(700_000, 1), "two": noise(10, 2), "three": b""}
    _, (cid,) = world.serve(files, "--wrap", "yes")
    world.pin(cid)
    metadata = world.until_here(cid)
    expect("a directory", metadata["type"] == "dir" and metadata["size"] > 700_000, metadata)
    print("ok: a directory is fetched from a Bitswap peer")
    return cid


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def sections(car):
    """Digests and blocks of a CAR of version 0 names, each checked."""
    length, at = varint(car, 0)
    at += length
    out = {}
    while at < len(car):
        length, at = varint(car, at)
        cid, block = car[at:at + 34], car[at + 34:at + length]
        expect("a block of its name", cid[:2] == b"\x12\x20" and hashlib.sha256(block).digest() == cid[2:])
        out[cid] = block
        at += length
    return out


def the_gateway(world, directory):
    content = noise(3_000_000, 77)
    cid = world.node.upload(content)
    car = world.node.get(f"/ipfs/{cid}?format=car")
    expect("a root and twelve pieces", len(sections(car)) == 13, len(sections(car)))
    expect("the root alone", len(sections(world.node.get(f"/ipfs/{cid}?format=car&dag-scope=block"))) == 1)
    root = world.node.get(f"/ipfs/{cid}?format=raw")
    expect("the root's block", root in sections(car).values())
    expect("the file", world.node.get(f"/ipfs/{cid}") == content)
    expect("the empty probe", world.node.get("/ipfs/bafkqaaa?format=raw") == b"")
    expect("a file in a directory", noise(10, 2) in world.node.get(f"/ipfs/{directory}/two?format=raw"))
    for path, status in ((f"/ipfs/{directory}/nobody?format=raw", 404), ("/ipfs/nonsense?format=raw", 400), (f"/ipfs/{cid}?format=tar", 406),
                         ("/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn?format=car", 404), (f"/ipfs/{cid}?format=car&dag-scope=x", 400)):
        expect(f"{status} of {path}", world.node.get(path) == status, world.node.get(path))
    print("ok: the gateway gives blocks, CARs and files that can be checked")


def not_from_liars(world):
    content = noise(1 << 20, 9)
    liar, (cid,) = world.serve({"lied-about": content}, "--lie", "yes")
    world.pin(cid)
    for line in liar.stdout:
        if json.loads(line)["event"] == "lied":
            break
    time.sleep(2)
    expect("nothing of a liar", world.node.get(f"/api/v0/storage/raw/{cid}") == 404)
    world.serve({"true": content})
    world.until_here(cid)
    expect("the bytes of the honest", world.node.get(f"/api/v0/storage/raw/{cid}") == content)
    print("ok: a peer that lies is found out, and another one asked")


install()
with tempfile.TemporaryDirectory(prefix="lastmile-interop-") as name:
    world = World(pathlib.Path(name))
    try:
        they_fetch(world)
        the_gateway(world, we_fetch(world))
        not_from_liars(world)
    finally:
        world.end()
