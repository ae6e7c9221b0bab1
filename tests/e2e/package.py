"""The Debian package: built, its files compared with the list, checked by the tools of the system, unpacked and run.

    package.py BUILD_FOLDER

Skipped, visibly, where the tools for building one are missing."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from node_process import Admin, Node

build = pathlib.Path(sys.argv[1]).resolve()
FILES = """
/etc/lastmile/node.toml
/usr/bin/lastmile-node
/usr/lib/systemd/system/lastmile-node.service
/usr/lib/sysusers.d/lastmile.conf
/usr/share/bash-completion/completions/lastmile-node
/usr/share/doc/lastmile-node/changelog.gz
/usr/share/doc/lastmile-node/copyright
/usr/share/fish/vendor_completions.d/lastmile-node.fish
/usr/share/lastmile-node/monitoring/alerts.yml
/usr/share/lastmile-node/monitoring/dashboard.json
/usr/share/lintian/overrides/lastmile-node
/usr/share/man/man1/lastmile-node.1.gz
/usr/share/zsh/vendor-completions/_lastmile-node
""".split()


def run(what, *command, code=0, **more):
    result = subprocess.run(command, capture_output=True, text=True, timeout=280, **more)
    if result.returncode != code:
        sys.exit(f"{what}: exit status {result.returncode}:\n{result.stdout}{result.stderr}")
    print(f"ok: {what}")
    return result


def build_package(folder):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    run("cpack", "cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", folder, env=environment, cwd=folder)
    return next(folder.glob("lastmile-node_*.deb"))


def check(package, folder):
    tree = folder / "tree"
    run("unpacking", "dpkg-deb", "-x", package, tree)
    found = sorted("/" + str(p.relative_to(tree)) for p in tree.rglob("*") if not p.is_dir())
    if found != sorted(FILES):
        sys.exit(f"files: more than expected {set(found) - set(FILES)}, missing {set(FILES) - set(found)}")
    control = folder / "control"
    run("its control files", "dpkg-deb", "-e", package, control)
    if (control / "conffiles").read_text() != "/etc/lastmile/node.toml\n":
        sys.exit("the settings are no conffile: an upgrade would overwrite them")
    for script in ("postinst", "prerm", "postrm"):
        run(f"{script} can be read", "sh", "-n", control / script)
    depends = re.search(r"^Depends: (.*)$", (control / "control").read_text(), re.M).group(1)
    for library in ("librocksdb", "libsodium", "libssl", "libc6"):
        if library not in depends:
            sys.exit(f"Depends: no {library}: {depends}")
    return tree


def check_with_the_system(package, tree, folder):
    unit = tree / "usr/lib/systemd/system/lastmile-node.service"
    if shutil.which("systemd-analyze"):
        # The unit names programs by the paths of an installed system: here they lie in the tree.
        local = folder / "lastmile-node.service"
        local.write_text(unit.read_text().replace("/usr/bin/lastmile-node", str(tree / "usr/bin/lastmile-node")))
        said = run("systemd-analyze verify", "systemd-analyze", "verify", "--man=no", local).stderr
        if said.strip():
            sys.exit(f"systemd-analyze: {said}")
    else:
        print("skipped: no systemd-analyze")
    if shutil.which("systemd-sysusers"):
        root = folder / "root"
        (root / "etc").mkdir(parents=True)
        run("the system user", "systemd-sysusers", f"--root={root}", tree / "usr/lib/sysusers.d/lastmile.conf")
        if "lastmile:" not in (root / "etc/passwd").read_text():
            sys.exit("no user lastmile was made")
    else:
        print("skipped: no systemd-sysusers")
    manual = tree / "usr/share/man/man1/lastmile-node.1.gz"
    if shutil.which("man"):
        said = run("the manual page", "man", "--warnings", "-l", manual, env={**os.environ, "MANWIDTH": "100"})
        if said.stderr.strip():
            sys.exit(f"man: {said.stderr}")
        page = said.stdout
        for verb in re.findall(r"^  ([a-z]+) {2,}", run("help", tree / "usr/bin/lastmile-node", "--help").stdout, re.M):
            if not re.search(rf"\b{verb}\b", page):
                sys.exit(f"the manual page says nothing of {verb}")
    else:
        print("skipped: no man")
    if shutil.which("lintian"):
        said = run("lintian", "lintian", "--fail-on", "error,warning", "--allow-root", package).stdout
        print(said, end="")
    else:
        print("skipped: no lintian")


def run_what_was_unpacked(tree, folder):
    node = Node(tree / "usr/bin/lastmile-node")
    config = tree / "etc/lastmile/node.toml"
    node.expect("its settings", 0, "config", "check", "--config", config)
    shown = node.expect("what the package decides", 0, "config", "show", "--config", config).stdout
    if shown != '[admin]\nsocket = "/run/lastmile/admin.sock"\n':
        sys.exit(f"more than the socket is decided by the package: {shown}")
    # As the unit does, with the paths of this tree.
    data = folder / "state"
    data.mkdir()
    for _ in range(2):
        node.expect("init --if-missing", 0, "init", "--if-missing", "--data", data)
    with node.running(data, "--config", config, "--set", f"admin.socket={data}/admin.sock") as process:
        Admin(data, process)
        node.expect("status", 0, "status", "--socket", data / "admin.sock", says=["identity"])
        node.expect("stop", 0, "stop", "--socket", data / "admin.sock", says=["stopped after"])
        if process.wait(60) != 0:
            sys.exit(f"it ended with {process.returncode}")


for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps", "scdoc"):
    if shutil.which(tool) is None:
        print(f"skipped: no {tool}")
        sys.exit(77)
with tempfile.TemporaryDirectory(prefix="lastmile-package-") as name:
    folder = pathlib.Path(name)
    folder.chmod(0o755)
    package = build_package(folder)
    tree = check(package, folder)
    check_with_the_system(package, tree, folder)
    run_what_was_unpacked(tree, folder)
