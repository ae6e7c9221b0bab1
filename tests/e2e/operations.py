"""What an operator does beside starting and stopping: settings, keys, peers, completion, signals, the log, the service manager."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

from node_process import PATIENCE, Admin, Node, until

programs = pathlib.Path(sys.argv[1]).resolve()
node = Node(programs / "lastmile-node")


def same(what, a, b):
    if a != b:
        sys.exit(f"{what}: expected {b!r}, got {a!r}")
    print(f"ok: {what}")


def settings(data):
    show = node.expect("nothing was decided yet", 0, "config", "show", "--data", data).stdout
    same("so nothing is shown", show, "")
    node.expect("set", 0, "config", "set", "log.level", "debug", "--data", data, says=["log.level is set"])
    node.expect("set a list", 0, "config", "set", "p2p.peers", "/ip4/192.0.2.1/tcp/4001,/ip4/192.0.2.2/tcp/4001", "--data", data)
    node.expect("a wrong value", 3, "config", "set", "log.level", "loud", "--data", data, says=["log.level: expected one of"])
    node.expect("a wrong key", 3, "config", "set", "log.levle", "info", "--data", data, says=["did you mean log.level"])
    node.expect("a contradiction", 3, "config", "set", "p2p.keepalive", "2h", "--data", data, says=["p2p.keepalive (2h)"])
    text = (data / "node.toml").read_text()
    same("the line stands where its comment stood", re.findall(r"^#?level = .*$", text, re.M), ['level = "debug"'])
    same("get", node.run("config", "get", "log.level", "--data", data).stdout, '"debug"\n')
    node.expect("get what nobody knows", 3, "config", "get", "log", "--data", data, says=["unknown key log"])
    line = text.splitlines().index('level = "debug"') + 1
    environment = {**os.environ, "LASTMILE_LOG__FORMAT": "json"}
    shown = node.expect("show --effective", 0, "config", "show", "--effective", "--data", data, "--set", "node.threads=3", env=environment).stdout
    for wanted in (f'level = "debug"  # {data}/node.toml:{line}', 'format = "json"  # LASTMILE_LOG__FORMAT', "threads = 3  # --set",
                   "charge = true  # default"):
        if wanted not in shown.splitlines():
            sys.exit(f"config show --effective: expected a line {wanted!r} in:\n{shown}")
    all_keys = json.loads(node.run("config", "show", "--effective", "--json", "--data", data).stdout)
    same("origins as JSON", all_keys["log.level"], {"value": '"debug"', "origin": f"{data}/node.toml:{line}"})
    shown = node.run("config", "show", "--data", data).stdout
    same("show", shown, '[p2p]\npeers = ["/ip4/192.0.2.1/tcp/4001", "/ip4/192.0.2.2/tcp/4001"]\n\n[log]\nlevel = "debug"\n')
    again = data.parent / "again.toml"
    again.write_text(shown)
    node.expect("what is shown can be read", 0, "config", "check", "--config", again)
    node.run("config", "set", "p2p.peers", "", "--data", data)


def keys(data, folder):
    own = node.ask("the node's address", 0, "key", "address", "--data", data)
    with node.running(data) as process:
        same("it is the identity", Admin(data, process).ask("status")["identity"], own["peer_id"])
    made = node.ask("a second key", 0, "key", "new", "reward", "--data", data)
    same("its mode", (data / "keys" / "reward.key").stat().st_mode & 0o777, 0o600)
    node.expect("no key is overwritten", 3, "key", "new", "reward", "--data", data, says=["never overwritten"])
    node.expect("a name that is a path", 3, "key", "new", "../x", "--data", data, says=["a name of letters"])
    listed = node.ask("the list", 0, "key", "list", "--data", data)["keys"]
    same("both", listed, [own, made])
    for form in ("hex", "libp2p"):
        file = folder / f"out.{form}"
        node.expect(f"export as {form}", 0, "key", "export", "reward", "--data", data, "--file", file, "--format", form)
        same("mode of what was exported", file.stat().st_mode & 0o777, 0o600)
        node.expect("nothing is overwritten", 3, "key", "export", "reward", "--data", data, "--file", file, says=["exists already"])
        back = node.ask(f"import of {form}", 0, "key", "import", f"back-{form}", "--data", data, "--file", file)
        same("the same address", back["address"], made["address"])
    piped = subprocess.run([node.program, "key", "import", "piped", "--data", data, "--file", "-"], input=(folder / "out.hex").read_text(),
                           capture_output=True, text=True, timeout=PATIENCE)
    same("from standard input", piped.stdout.strip(), made["address"])
    (folder / "rsa").write_bytes(b"\x08\x00\x12\x04abcd")
    node.expect("a key of another kind", 3, "key", "import", "x", "--data", data, "--file", folder / "rsa", says=["found one of kind RSA"])
    (folder / "rubbish").write_text("rubbish")
    node.expect("no key", 3, "key", "import", "x", "--data", data, "--file", folder / "rubbish", says=["64 hexadecimal digits"])
    (data / "keys" / "reward.key").chmod(0o644)
    node.expect("a key that others can read", 3, "key", "address", "reward", "--data", data, says=["can be read by others"])
    (data / "keys" / "reward.key").chmod(0o600)


def peers(folder):
    """Two nodes that connect because one was added, and part because one was banned."""
    with tempfile.TemporaryDirectory(prefix="lastmile-peers-") as name:
        a, b = pathlib.Path(name) / "a", pathlib.Path(name) / "b"
        for data in (a, b):
            node.run("init", "--data", data)
        quick = ("--set", "intervals.dial_pause_min=100ms", "--set", "intervals.dial_pause_max=200ms")
        with node.running(a, "--set", "p2p.listen=/ip4/127.0.0.1/tcp/0") as one, node.running(b, *quick) as two:
            listener, dialler = Admin(a, one), Admin(b, two)
            status = listener.ask("status")
            address = f"{status['listen'][0]}/p2p/{status['identity']}"
            other = dialler.ask("status")["identity"]
            node.expect("an address that is none", 1, "peers", "add", "nonsense", "--data", b, says=["/ip4/192.0.2.7/tcp/4025/p2p/"])
            node.expect("a peer is added", 0, "peers", "add", address, "--data", b, says=["kept connected"])
            node.expect("once", 0, "peers", "add", address, "--data", b, says=["added already"])
            until("they are connected", lambda: len(listener.ask("peers")) == 1)
            listed = node.ask("the list", 0, "peers", "list", "--data", b)
            same("who is added", listed["added"], [address])
            same("who is connected", [p["identity"] for p in listed["connected"]], [status["identity"]])
            node.expect("the other is banned", 0, "peers", "ban", other, "--data", a, says=["banned"])
            until("they have parted", lambda: not listener.ask("peers"))
        with node.running(a, "--set", f"p2p.listen={status['listen'][0]}") as one, node.running(b, *quick) as two:
            listener = Admin(a, one)
            same("the ban holds after a restart", node.ask("the list", 0, "peers", "list", "--data", a)["banned"], [other])
            node.expect("banned no more", 0, "peers", "unban", other, "--data", a, says=["banned no more"])
            until("what was added is dialled again, after a restart", lambda: len(listener.ask("peers")) == 1)
        node.expect("without a node", 1, "peers", "list", "--data", a, says=["no node runs here"])


def verbs_of(*place):
    """Verbs and options of a place, as its --help lists them."""
    text = node.run(*place, "--help").stdout
    verbs = re.findall(r"^  ([a-z]+) {2,}\S", text[text.find("Subcommands:"):], re.M) if "Subcommands:" in text else []
    return verbs, set(re.findall(r"^  (?:-\w,)?(--[a-z0-9-]+)", text, re.M))


def completion():
    script = node.expect("a completion of bash", 0, "completion", "bash").stdout

    def complete(*words):
        line = " ".join(f"'{w}'" for w in ("lastmile-node", *words))
        asked = f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _lastmile_node; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return set(subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True).stdout.split())

    places = [()]
    seen = 0
    while places:
        place = places.pop()
        verbs, options = verbs_of(*place)
        offered = complete(*place, "")
        if not set(verbs) <= offered or not options <= offered:
            sys.exit(f"completion behind {place}: --help has {verbs} {options}, offered are {offered}")
        seen += 1
        places += [(*place, verb) for verb in verbs]
    if seen < 25:
        sys.exit(f"only {seen} places were looked at")
    same("a beginning", complete("db", "re"), {"restore"})
    same("an option", complete("db", "backup", "--ke"), {"--keep"})
    print(f"ok: bash completes what --help lists, in {seen} places")
    for shell, check in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
        script = node.expect(f"a completion of {shell}", 0, "completion", shell, says=["restore", "keep"]).stdout
        try:
            subprocess.run([*check, "/dev/stdin"], input=script, text=True, check=True, timeout=PATIENCE)
            if shell == "fish":
                asked = subprocess.run(["fish", "-c", script + "complete -C 'lastmile-node db re'"], capture_output=True, text=True, timeout=PATIENCE)
                same("fish completes", asked.stdout.split("\t")[0], "restore")
        except FileNotFoundError:
            print(f"skipped: no {shell} to read it")
    node.expect("a shell that nobody knows", 3, "completion", "fis", says=['did you mean "fish"'])


def the_log(data):
    def lines(*more, env=None):
        with node.running(data, *more, env={**os.environ, **(env or {})}) as process:
            Admin(data, process).ask("status")
            process.send_signal(signal.SIGTERM)
            return process.communicate(timeout=PATIENCE)[1].splitlines()

    for line in lines("--set", "log.format=json"):
        entry = json.loads(line)
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", entry["ts"]) or not {"level", "target", "msg"} <= set(entry):
            sys.exit(f"no line of the log: {line}")
    print("ok: the log as JSON")
    if not all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in lines()):
        sys.exit("a line of the log without its time")
    # A pipe stands for the journal: JOURNAL_STREAM names its device and number.
    reading, writing = os.pipe()
    info = os.fstat(writing)
    with node.running(data, log=writing, env={**os.environ, "JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"}) as process:
        Admin(data, process).ask("status")
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    os.close(writing)
    with open(reading) as pipe:
        said = pipe.read().splitlines()
    if not said or not all(re.match(r"<[2-7]>\S", line) for line in said):
        sys.exit(f"for the journal, expected priorities and no times: {said}")
    print("ok: the log for the journal")
    if any(line.startswith("<") for line in lines(env={"JOURNAL_STREAM": "1:2"})):
        sys.exit("priorities for a stream that is not the journal")
    with node.running(data) as process:
        admin = Admin(data, process)
        admin.ask("log_level", level="error")
        admin.ask("log_level", level="info", target="node")
        same("a target that is none", "expected one of node" in admin.refusal("log_level", level="info", target="x"), True)
        same("a level that is none", "expected trace" in admin.refusal("log_level", level="loud"), True)


def new_settings(data):
    with node.running(data) as process:
        admin = Admin(data, process)
        node.expect("set while it runs", 0, "config", "set", "log.level", "error", "--data", data)
        node.expect("set while it runs", 0, "config", "set", "node.threads", "5", "--data", data)
        # Answered when it is done, so that the file does not change under it.
        node.expect("reload", 0, "reload", "--socket", data / "admin.sock")
        (data / "node.toml").write_text((data / "node.toml").read_text() + "\n[nonsense]\nx = 1\n")
        process.send_signal(signal.SIGHUP)
        until("it lives on", lambda: admin.ask("status")["stopping"] is False)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=PATIENCE)[1]
        for wanted in ("needs a restart to hold: node.threads", "the settings stay as they are: ", "unknown key nonsense.x"):
            if wanted not in said:
                sys.exit(f"the log should say {wanted!r}: {said}")
        if said.count("stopping") != 0:
            sys.exit(f"the new level does not hold: {said}")
        print("ok: SIGHUP takes what it may, and names the rest")
    text = (data / "node.toml").read_text()
    (data / "node.toml").write_text(text[:text.index("\n[nonsense]")])
    node.run("config", "set", "log.level", "info", "--data", data)


def service_manager(data, folder):
    """The datagrams of sd_notify, with this test as the manager."""
    path = folder / "notify"
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(path))
    manager.settimeout(PATIENCE)

    def wait_for(wanted):
        while True:
            said = manager.recv(4096).decode()
            if wanted in said:
                print(f"ok: {said!r}")
                return said

    with node.running(data, env={**os.environ, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}) as process:
        same("ready comes with a status", "STATUS=0 peers" in wait_for("READY=1"), True)
        wait_for("WATCHDOG=1")
        wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        wait_for("RELOADING=1\nMONOTONIC_USEC=")
        wait_for("READY=1")
        process.send_signal(signal.SIGSTOP)  # stuck: nothing keeps the watchdog quiet
        manager.settimeout(1)
        try:
            while "WATCHDOG=1" in manager.recv(4096).decode():
                pass  # sent before
            sys.exit("something was said by a process that stands still")
        except TimeoutError:
            print("ok: a node that is stuck says nothing")
        manager.settimeout(PATIENCE)
        process.send_signal(signal.SIGCONT)
        wait_for("WATCHDOG=1")
        process.send_signal(signal.SIGTERM)
        wait_for("STOPPING=1")
        same("it ends", process.wait(PATIENCE), 0)


def machine(data):
    found = node.run("doctor", "--data", data, "--host", "localhost", "--json")
    report = json.loads(found.stdout)
    same("its status says whether something is bad", (found.returncode == 0), report["fine"])
    health = {one["name"]: one["health"] for one in report["findings"]}
    same("what it looked at", sorted(health), sorted(["disk", "disk sync", "open files", "listen", "clock", "clock skew", "dns", "kvm",
                                                      "user namespaces", "cgroup delegation"]))
    same("localhost was found", health["dns"], "good")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "/ip4/127.0.0.1/tcp/%d" % taken.getsockname()[1]
        node.expect("a port in use", 1, "doctor", "--data", data, "--set", f"p2p.listen={address}", says=["bad      listen", address])
    if (data / "doctor.tmp").exists():
        sys.exit("the doctor left a file behind")
    version = node.ask("version", 0, "version")
    for name in ("version", "schema", "compiler", "build_type", "database"):
        if not version.get(name):
            sys.exit(f"version --json: no {name}: {version}")
    same("the schema", str(version["schema"]), (data / "VERSION").read_text().strip())


with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
    folder = pathlib.Path(name)
    data = folder / "data"
    node.expect("init", 0, "init", "--data", data)
    settings(data)
    keys(data, folder)
    peers(folder)
    completion()
    the_log(data)
    new_settings(data)
    service_manager(data, folder)
    machine(data)
