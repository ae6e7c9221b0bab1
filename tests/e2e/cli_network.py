"""`lastmile` with a node: accounts, messages, files, and what it says when the node or the network does not do its part."""
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fake_node import FakeNode, cut, cut_in_the_middle  # noqa: E402

LASTMILE, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
# A key that documents of Ethereum use, and its address.
KEY, ADDRESS = "46" * 32, "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"
PROCESSED = (200, JSON, '{"publication_status":{"status":"success","failed":[]},"message_status":"processed"}')
REJECTED = (422, JSON, '{"publication_status":{"status":"success","failed":[]},"message_status":"rejected"}')


class World:
    """A user with a home of his own, and a node."""

    def __init__(self, folder, api):
        self.folder, self.api = folder, api
        self.password = folder / "password"
        self.password.write_text("two words\n")
        self.password.chmod(0o600)

    def run(self, *arguments, data=None, env=None):
        variables = {k: v for k, v in os.environ.items() if not k.startswith("LASTMILE_") and k != "CREDENTIALS_DIRECTORY"}
        variables |= {"HOME": str(self.folder / "home"), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "TMPDIR": str(self.folder)}
        return subprocess.run([LASTMILE, *map(str, arguments)], input=data, capture_output=True, text=True, timeout=120,
                              env=variables | (env or {}), cwd=self.folder)

    def signed(self, *arguments, **more):
        return self.run(*arguments, "--password-file", self.password, "--api", self.api, **more)


def expect(what, ran, status, *texts):
    said = ran.stdout + ran.stderr
    if ran.returncode != status or any(text not in said for text in texts):
        sys.exit(f"{what}: expected exit status {status} and {texts}, got {ran}")
    print(f"ok: {what}")
    return ran.stdout


def accounts(world):
    one = ("--password-file", world.password)
    expect("no accounts yet", world.run("account", "list"), 0)
    expect("none to sign with", world.signed("post", "--type", "t", "--content", "1"), 3, "no accounts there", "lastmile account new")
    expect("no password", world.run("account", "new", "a"), 3, "password: expected --password-file, --password-fd")
    address = expect("a new account", world.run("account", "new", "eth", "--light", *one), 0).strip()
    assert address.startswith("0x") and len(address) == 42, address
    keys = world.folder / "home" / ".local" / "share" / "lastmile" / "keys"
    assert (keys.stat().st_mode & 0o777, (keys / "eth.json").stat().st_mode & 0o777) == (0o700, 0o600)
    document = json.loads((keys / "eth.json").read_text())
    assert document["version"] == 3 and document["address"] == address[2:].lower() and document["crypto"]["kdf"] == "scrypt", document
    expect("a name twice", world.run("account", "new", "eth", "--light", *one), 3, "a key is never overwritten")
    assert json.loads((keys / "eth.json").read_text()) == document
    expect("a name that is none", world.run("account", "new", "../x", "--light", *one), 3, "expected a name of letters")
    expect("a chain that is none", world.run("account", "new", "x", "--chain", "ETHH", *one), 3, "--chain: expected ETH, SOL")
    world.password.chmod(0o644)
    expect("a password that others read", world.run("account", "new", "x", *one), 3, "can be read by others")
    world.password.chmod(0o600)
    sol = json.loads(expect("an account of Solana", world.run("account", "new", "sol", "--chain", "SOL", "--light", "--json", *one), 0))
    assert sol["chain"] == "SOL" and 32 <= len(sol["address"]) <= 44, sol
    listed = json.loads(expect("the list", world.run("account", "list", "--json"), 0))["accounts"]
    assert [a["name"] for a in listed] == ["eth", "sol"] and listed[0]["address"] == address, listed
    expect("the list, for people", world.run("account", "list"), 0, "eth ", "SOL", address)
    assert expect("the address alone", world.run("account", "address", "sol"), 0).strip() == sol["address"]
    expect("show by address", world.run("account", "show", address), 0, "name     eth")
    expect("which of two", world.run("account", "address"), 3, "there are 2 in")
    expect("a name that nobody has", world.run("account", "show", "eht"), 3, 'did you mean "eth"?')
    bare = world.folder / "bare"
    bare.write_text(KEY + "\n")
    assert expect("a bare key comes in", world.run("account", "import", "known", bare, "--light", *one), 0).strip() == ADDRESS
    bare.write_text("0x12")
    expect("what is no key", world.run("account", "import", "x", bare, *one), 3, "expected a keystore, 64 hexadecimal digits")
    for name, chain in (("known", "ETH"), ("sol", "SOL")):
        whole, secret = world.folder / f"{name}.whole", world.folder / f"{name}.secret"
        expect("a document goes out", world.run("account", "export", name, whole), 0)
        expect("a secret goes out", world.run("account", "export", name, secret, "--secret", *one), 0)
        expect("over nothing", world.run("account", "export", name, secret, "--secret", *one), 3, "exists already")
        assert secret.stat().st_mode & 0o777 == 0o600 == whole.stat().st_mode & 0o777
        was = world.run("account", "address", name).stdout
        assert world.run("account", "import", name + "2", whole, "--light", *one).stdout == was
        assert world.run("account", "import", name + "3", secret, "--light", "--chain", chain, *one).stdout == was
    assert (world.folder / "known.secret").read_text() == KEY + "\n"
    assert len(json.loads((world.folder / "sol.secret").read_text())) == 64
    (world.folder / "wrong").write_text("three words")
    (world.folder / "wrong").chmod(0o600)
    expect("a wrong password", world.run("post", "--type", "t", "--content", "1", "--account", "known", "--password-file", world.folder / "wrong"),
           3, "wrong password, or a damaged file")
    (keys / "sol.json").chmod(0o640)
    expect("a key that others read", world.signed("post", "--type", "t", "--content", "1", "--account", "sol"), 3, "can be read by others")
    (keys / "sol.json").chmod(0o600)
    (world.folder / "credentials").mkdir()
    (world.folder / "credentials" / "lastmile-password").write_text("two words")
    (world.folder / "credentials" / "lastmile-password").chmod(0o600)
    expect("the password as a credential", world.run("post", "--type", "t", "--content", "1", "--account", "sol", "--dry-run",
           env={"CREDENTIALS_DIRECTORY": str(world.folder / "credentials")}), 0)
    expect("the password from a descriptor", world.run("post", "--type", "t", "--content", "1", "--account", "sol", "--dry-run", "--password-fd", "0",
           data="two words\n"), 0)


def dry_runs(world):
    command = ("post", "--type", "note", "--content", ' {"a": 1.50, "b": 123456789012345678901234567890} ', "--account", "known",
               "--channel", "TEST", "--time", "1760000000.25", "--dry-run")
    first = expect("a post that is not sent", world.signed(*command), 0)
    assert world.signed(*command).stdout == first, "two runs, two signatures"
    message = json.loads(first)
    assert message["sender"] == ADDRESS and message["channel"] == "TEST" and message["time"] == 1760000000.25, message
    assert message["item_content"] == ('{"address":"' + ADDRESS + '","time":1760000000.25,"type":"note",'
                                       '"content":{"a": 1.50, "b": 123456789012345678901234567890}}'), message["item_content"]
    for account in ("known", "sol", "eth"):
        for verb in (("post", "--type", "x", "--content", "null"), ("aggregate", "key", "--content", '{"a":1}'),
                     ("amend", "a" * 64, "--content", '"b"'), ("forget", "a" * 64, "b" * 64, "--reason", 'because "so"'), ("file", "pin", "c" * 64)):
            message = world.signed(*verb, "--account", account, "--dry-run").stdout
            verified = world.run("message", "verify", "-", data=message)
            assert verified.returncode == 0, (verb, message, verified)
    print("ok: what is signed verifies")
    owner = json.loads(world.signed("post", "--type", "x", "--content", "1", "--account", "known", "--on-behalf-of", "0xabc", "--dry-run").stdout)
    assert json.loads(owner["item_content"])["address"] == "0xabc" and owner["sender"] == ADDRESS
    for what, command, text in (("content that is no JSON", ("post", "--type", "t", "--content", "{"), "--content: expected JSON"),
                                ("an aggregate that is no object", ("aggregate", "k", "--content", "1"), "not sent: content"),
                                ("a hash that is none", ("forget", "x"), "not sent: content.hashes"),
                                ("an amend of nothing", ("amend", "", "--content", "1"), "not sent"),
                                ("no content", ("post", "--type", "t"), "expected a file with the content"),
                                ("content twice", ("post", "x", "--type", "t", "--content", "1"), "found both"),
                                ("a time that is none", ("post", "--type", "t", "--content", "1", "--time", "now"), "--time: expected seconds")):
        expect(what, world.signed(*command, "--account", "known", "--dry-run"), 3, text)


def publishing(world, node):
    post = ("post", "--type", "note", "--content", '{"a":1}', "--account", "known")
    out = expect("a post", world.signed(*post), 0).strip()
    message, sync = node.messages[-1]
    assert (message["item_hash"], sync) == (out, True), (out, message)
    answer = json.loads(expect("a post, as JSON", world.signed(*post, "--json", "--no-wait"), 0))
    assert answer["status"] == "processed" and answer["sender"] == ADDRESS and node.messages[-1][1] is False, answer
    path = "/api/v0/messages"
    node.answers[path] = [(202, JSON, '{"message_status":"pending"}')]
    expect("a post that is not processed yet", world.signed(*post), 0, "taken, and not processed yet")
    node.answers[path] = [(503, TEXT, "busy", [("Retry-After", "1")]), (502, TEXT, "x"), PROCESSED]
    before = len(node.messages)
    expect("a node that is busy for a while", world.signed(*post), 0)
    assert len(node.messages) == before + 3
    node.answers[path] = [REJECTED]
    timed = (*post, "--time", "1760000001", "--json")
    name = json.loads(world.signed(*timed, "--dry-run").stdout)["item_hash"]
    node.records[name] = {"status": "rejected", "item_hash": name, "error_code": 2, "details": {"errors": ["no"]}}
    answer = json.loads(expect("a post that is refused", world.signed(*timed), 1))
    assert answer["status"] == "rejected" and answer["error_code"] == 2 and answer["item_hash"] == name, answer
    node.answers[path] = [(422, TEXT, "InvalidMessageFormat")]
    expect("a post of a form that the node does not know", world.signed(*post), 1, "rejected: InvalidMessageFormat", "message get")
    node.answers[path] = [(404, TEXT, "404: Not Found")]
    node.answers["/api/v0/ipfs/pubsub/pub"] = [(200, JSON, '{"status":"success","failed":[]}')]
    expect("an old node", world.signed(*post), 0, "not processed yet")
    node.answers[path] = [(500, JSON, '{"publication_status":{"status":"error","failed":["p2p"]},"message_status":null}')]
    expect("a node without a network", world.signed(*post), 1, "could not pass the message on", "another node: --api")
    node.answers[path] = [cut] * 10
    expect("a connection that ends without an answer", world.signed(*post), 2, "may have arrived", "does no harm")
    node.answers[path] = []
    expect("nobody there", world.run(*post, "--password-file", world.password, "--api", "http://127.0.0.1:9"), 1, "127.0.0.1:9", "Is a node running there?")
    long = world.folder / "long.json"
    long.write_text(json.dumps({"text": "x" * 60000}))
    out = expect("a content that is too long for a message", world.signed("post", long, "--type", "t", "--account", "known"), 0).strip()
    message = node.messages[-1][0]
    assert message["item_type"] == "storage" and message["item_hash"] == out and "item_content" not in message, message
    assert json.loads(node.files[out])["content"] == {"text": "x" * 60000}


def sections(car):
    """Header and blocks of a CAR, each with its length."""
    out, at = [], 0
    while at < len(car):
        length, shift, begin = 0, 0, at
        while True:
            length |= (car[at] & 0x7f) << shift
            shift, at = shift + 7, at + 1
            if car[at - 1] < 0x80:
                break
        at += length
        out.append(car[begin:at])
    return out


def files(world, node):
    content = world.folder / "content"
    content.write_bytes(bytes(range(256)) * 3000)
    upload = ("file", "upload", content, "--account", "known")
    out = expect("a file", world.signed(*upload), 0).split()
    route, metadata, sent = node.uploads[-1]
    message = json.loads(metadata)["message"]
    assert route == "/api/v0/storage/add_file" and sent == content.read_bytes()
    assert json.loads(message["item_content"])["item_hash"] == out[0] and message["item_hash"] == out[1] == node.messages[-1][0]["item_hash"]
    cid = world.run("file", "cid", content).stdout.strip()
    answer = json.loads(expect("a file by IPFS", world.signed(*upload, "--engine", "ipfs", "--ref", "mine", "--json"), 0))
    assert answer["file_hash"] == cid and json.loads(node.messages[-1][0]["item_content"])["ref"] == "mine", answer
    node.answers["/api/v0/storage/add_file"] = [(402, TEXT, "402: Payment Required")]
    expect("a small file of somebody who holds nothing", world.signed(*upload), 0)
    assert [u[1] is None for u in node.uploads[-2:]] == [False, True]
    node.answers["/api/v0/storage/add_file"] = [(402, TEXT, "402")] * 2
    expect("a node that wants to be paid", world.signed(*upload), 1, "answered 402", "lastmile balance")
    node.answers["/api/v0/storage/add_file"] = [(413, TEXT, "413")]
    expect("a node that takes less", world.signed(*upload), 1, "answered 413", "lastmile limits")
    node.answers["/api/v0/storage/add_file"] = [(200, JSON, json.dumps({"status": "success", "hash": "f" * 64}))]
    expect("a node that calls it something else", world.signed(*upload), 1, "the node calls the file ffff")
    folder = world.folder / "site"
    (folder / "css").mkdir(parents=True)
    (folder / "index.html").write_text("<html>")
    (folder / "css" / "main.css").write_text("body{}")
    answer = json.loads(expect("a folder", world.signed("file", "upload", folder, "--account", "known", "--json"), 0))
    route, metadata, car = node.uploads[-1]
    assert route == "/api/v0/ipfs/add_car" and answer["file_hash"].startswith("Qm") and car[1:8] == b"\xa2\x65roots", answer
    gateway = f"/ipfs/{answer['file_hash']}"
    node.answers[gateway] = [(200, "application/vnd.ipld.car; version=1; order=dfs; dups=n", car)]
    fetch = ("file", "download", answer["file_hash"], "--gateway", world.api, "--out")
    expect("a folder comes back, block by block", world.run(*fetch, "site2"), 0, "12 bytes, checked against")  # <html> and body{} hold 12
    assert (world.folder / "site2" / "css" / "main.css").read_text() == "body{}" and len(list((world.folder / "site2").rglob("*"))) == 3
    expect("a folder over it", world.run(*fetch, "site2"), 3, "expected the name of a new file, found a folder")
    changed = car.replace(b"body{}", b"body[]")
    for what, plan, texts in (("a block that was changed", (200, "x", changed), ("CAR: behind byte", "not those of this name")),
                              ("a stream without its end", (200, "x", car[:-1]), ("cut in the middle",)),
                              ("a stream without a block", (200, "x", b"".join(sections(car)[:-1])), ("did not come",)),
                              ("no gateway", (404, TEXT, "404"), ("answered 404",))):
        node.answers[gateway] = [plan]
        expect(what, world.run(*fetch, "site3"), 1, *texts)
        assert not list(world.folder.glob("site3*")), "something was kept"
    (folder / "link").symlink_to("index.html")
    expect("a folder with a link in it", world.signed("file", "upload", folder, "--account", "known"), 3, "site/link: expected a file or a folder, found a link")
    assert not list(world.folder.glob("*.part.*")), "left behind"

    download = ("file", "download", out[0], "--api", world.api)
    expect("a file comes back", world.run(*download), 0, "768000 bytes, checked against")
    assert (world.folder / out[0]).read_bytes() == content.read_bytes()
    expect("over nothing", world.run(*download), 3, "exists already; --force")
    expect("over it", world.run(*download, "--force", "--json"), 0, '"verified":true')
    expect("a file by IPFS comes back", world.run("file", "download", cid, "--out", "back", "--api", world.api), 0)
    assert (world.folder / "back").read_bytes() == content.read_bytes()
    for what, plan, texts in (("other bytes", (200, "application/octet-stream", b"evil"), ("is not " + cid, "nothing was kept", "--gateway")),
                              ("half of it", cut_in_the_middle, ("127.0.0.1",)),
                              ("a tar", (200, "application/x-tar", b"tar"), ("is a directory", "--gateway")),
                              ("nothing", (404, TEXT, "404"), ("answered 404", "another node may"))):
        node.answers["/api/v0/storage/raw/" + cid] = [plan]
        expect(what, world.run("file", "download", cid, "--out", "bad", "--api", world.api), 1, *texts)
        assert not list(world.folder.glob("bad*")), "something was kept"
    expect("a name that is none", world.run("file", "download", "bafkqaaa", "--api", world.api), 3, "expected 64 hexadecimal digits")


def queries(world, node):
    message = node.messages[0][0]
    name = message["item_hash"]
    node.records[name] = {"status": "processed", "item_hash": name, "reception_time": "2026-01-01T00:00:00Z", "message": message}
    assert json.loads(expect("a message", world.run("message", "get", name, "--api", world.api, "--json"), 0))["status"] == "processed"
    node.records[name]["message"] = message | {"signature": "0x" + "00" * 65}
    expect("a message that the node made up", world.run("message", "get", name, "--api", world.api), 1, "cannot be this message: signature")
    node.records[name]["message"] = node.messages[-1][0]
    expect("another message", world.run("message", "get", name, "--api", world.api), 1, "another message")
    expect("a message that nobody knows", world.run("message", "get", "e" * 64, "--api", world.api), 1, "answered 404")
    path = f"/api/v0/addresses/{ADDRESS}/balance"
    node.answers[path] = [(200, JSON, json.dumps({"address": ADDRESS, "balance": 12.5, "details": {"ETH": 12.5}, "locked_amount": 0, "credit_balance": 7}))] * 2
    expect("a balance", world.run("balance", "--account", "known", "--api", world.api), 0, "balance                 12.5", "credit_balance          7")
    assert json.loads(world.run("balance", ADDRESS, "--api", world.api, "--json").stdout)["balance"] == 12.5
    node.answers["/api/v0/price/" + name] = [(200, JSON, '{"required_tokens": 1.5, "payment_type": "hold", "cost": "1.5"}')]
    expect("a price", world.run("price", name, "--api", world.api), 0, "required_tokens         1.5")
    node.answers["/api/v0/price/estimate"] = [(200, JSON, '{"required_tokens": 2, "payment_type": "hold", "cost": "2"}')]
    expect("the price of a file", world.run("price", "--file", world.folder / "content", "--api", world.api), 0, "cost                    2")
    expect("the price of nothing", world.run("price", "--api", world.api), 3, "expected the hash of a message, or --file")
    node.answers["/api/v0/storage/limits.json"] = [(200, JSON, "[[[" + "[" * 5000)]
    expect("an answer that is none", world.run("limits", "--api", world.api), 1, "expected JSON")


def watching(world, node):
    frames = [json.dumps({"item_hash": f"{i:064x}", "type": "POST"}) for i in range(4)]
    node.frames = frames[:2] + [None] + frames[1:]
    ran = world.run("message", "watch", "--channel", "A,B", "--type", "POST", "--type", "STORE", "--history", "5", "--count", "4", "--api", world.api)
    assert ran.stdout.splitlines() == frames, ran
    assert "connecting again" in ran.stderr, ran
    assert node.socket_queries[0] == "history=5&msgTypes=POST%2CSTORE&channels=A%2CB", node.socket_queries
    print("ok: messages as they come, each once, over a connection that ended")
    node.frames = []
    ran = world.run("message", "watch", "--for", "0.5", "--api", world.api)
    assert (ran.returncode, ran.stdout) == (0, ""), ran
    expect("nobody to watch", world.run("message", "watch", "--api", "http://127.0.0.1:9"), 1, "cannot connect")


def settings(world):
    config = world.folder / "home" / ".config" / "lastmile" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'api = "{world.api}/"\naccount = "known"\npassword_file = "{world.password}"\nchannel = "FILE"\n')
    post = ("post", "--type", "t", "--content", "1", "--dry-run")
    assert json.loads(expect("settings in a file", world.run(*post), 0))["channel"] == "FILE"
    assert json.loads(world.run(*post, env={"LASTMILE_CHANNEL": "ENV"}).stdout)["channel"] == "ENV"
    assert json.loads(world.run(*post, "--channel", "FLAG", env={"LASTMILE_CHANNEL": "ENV"}).stdout)["channel"] == "FLAG"
    expect("settings are used", world.run("post", "--type", "t", "--content", "1"), 0)
    config.write_text('api = "http://x"\nacount = "known"\n')
    expect("a key that nobody knows", world.run(*post), 3, "config.toml:2: unknown key acount; did you mean account?")
    config.write_text("api = 1\n")
    expect("a value of another kind", world.run(*post), 3, "config.toml:1: api: expected a text")
    config.write_text("api = \n")
    expect("no TOML", world.run(*post), 3, "config.toml:1:")
    config.unlink()
    expect("an address that is none", world.run("limits", "--api", "ftp://x"), 3, "api: expected http://HOST[:PORT]")


def trust(world):
    """TLS: a certificate that nobody trusts is refused, one that is trusted for this host is not."""
    if shutil.which("openssl") is None:
        print("SKIPPED: TLS, for there is no openssl")
        return
    key, certificate = world.folder / "tls.key", world.folder / "tls.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    node = FakeNode()
    node.answers["/api/v0/storage/limits.json"] = [(200, JSON, "{}")]
    node.frames = [json.dumps({"item_hash": "a" * 64})]
    watch = ("message", "watch", "--count", "1", "--api")
    with node.running(context) as api:
        expect("a certificate that nobody trusts", world.run("limits", "--api", api), 1, "certificate")
        expect("a socket whose certificate nobody trusts", world.run(*watch, api), 1, "certificate")
        assert not node.requests, node.requests
        trusting = {"SSL_CERT_FILE": str(certificate)}
        expect("a certificate that is trusted", world.run("limits", "--api", api, env=trusting), 0)
        expect("a socket whose certificate is trusted", world.run(*watch, api, env=trusting), 0, "a" * 64)
        elsewhere = api.replace("127.0.0.1", "localhost")
        expect("a certificate of another host", world.run("limits", "--api", elsewhere, env=trusting), 1, "localhost", "certificate")
        expect("a socket with the certificate of another host", world.run(*watch, elsewhere, env=trusting), 1, "certificate")


def completions(world):
    for shell in ("bash", "zsh", "fish"):
        script = expect(f"completions of {shell}", world.run("completion", shell), 0, "upload", "password-file")
        if shell == "bash":
            check = script + '\nCOMP_WORDS=(lastmile file upload --en); COMP_CWORD=3; _lastmile; echo "${COMPREPLY[@]}"\n'
            ran = subprocess.run(["bash", "-c", check], capture_output=True, text=True, timeout=60)
            assert ran.stdout.strip() == "--engine", ran
    expect("a shell that is none", world.run("completion", "bsh"), 3, 'did you mean "bash"?')


def documents(world, node):
    """What docs show is what the program does: every command runs, as it stands there."""
    page = (ROOT / "docs" / "command-line.md").read_text()
    shown = [shlex.split(line, comments=True) for block in re.findall(r"^```\n(.*?)^```", page, re.M | re.S) for line in block.splitlines()]
    shown = [words[1:] for words in shown if words and words[0] == "lastmile"]
    assert len(shown) > 10, shown
    here = world.folder / "docs"
    (here / "site").mkdir(parents=True)
    (here / "site" / "index.html").write_text("<html>")
    (here / "photo.jpg").write_bytes(b"photo")
    (here / "new.json").write_text('{"text":"hello again"}')
    (here / "pw").write_text("secret")
    (here / "pw").chmod(0o600)
    message = node.messages[0][0]
    (here / "message.json").write_text(json.dumps(message))
    node.records[message["item_hash"]] = {"status": "processed", "message": message}
    node.frames = [json.dumps({"item_hash": "a" * 64})]
    photo = hashlib.sha256(b"photo").hexdigest()
    user = World(here, world.api)
    address = json.loads(user.run("account", "new", "first", "--password-file", "pw", "--light", "--json").stdout)["address"]
    node.answers[f"/api/v0/addresses/{address}/balance"] = [(200, JSON, '{"balance": 0}')]
    for words in shown:
        words = [{"HASH": message["item_hash"], "FILEHASH": photo}.get(word, word) for word in words]
        ran = user.run(*words, env={"LASTMILE_API": world.api, "LASTMILE_PASSWORD_FILE": "pw", "LASTMILE_ACCOUNT": "first"})
        if ran.returncode != 0 or not ran.stdout:
            sys.exit(f"the docs show {words}: {ran}")
    print(f"ok: {len(shown)} commands of the docs")


with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
    fake = FakeNode()
    with fake.running() as api:
        user = World(pathlib.Path(name), api)
        accounts(user)
        dry_runs(user)
        publishing(user, fake)
        files(user, fake)
        queries(user, fake)
        watching(user, fake)
        settings(user)
        trust(user)
        completions(user)
        documents(user, fake)
