"""lastmile-sim as a user meets it: arguments, errors, exit status, output, folders."""
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SIM, SCENARIOS = (str(pathlib.Path(a).resolve()) for a in sys.argv[1:3])
SMALL = f"{SCENARIOS}/quickstart/two-islands-small.json"
NORMAL = f"{SCENARIOS}/quickstart/two-islands.json"
FILES = {"scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"}
SHORT = ["--set", "/phases/trouble=3s", "--set", "/phases/heal=2s"]


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lastmile-e2e-")
        self.addCleanup(self.folder.cleanup)
        self.here = pathlib.Path(self.folder.name)

    def sim(self, *arguments):
        return subprocess.run([SIM, *map(str, arguments)], capture_output=True, text=True, cwd=self.here, timeout=120)

    def refused(self, *arguments, says):
        """Exit status 3, one sentence on standard error, nothing on standard output, nothing written."""
        before = sorted(self.here.rglob("*"))
        result = self.sim(*arguments)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertIn(says, result.stderr)
        self.assertEqual(sorted(self.here.rglob("*")), before)

    def start(self, *arguments):
        """A run that takes longer than a test waits, once it has begun to write."""
        process = subprocess.Popen([SIM, "run", NORMAL, "--out", "long", *arguments], cwd=self.here,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        metrics = self.here / "long.partial/metrics.csv"
        for _ in range(600):
            if metrics.exists() and process.poll() is None:
                return process
            time.sleep(0.05)
        self.fail("the run did not begin")

    # --- help and mistakes

    def test_help_of_every_verb_names_its_exit_status(self):
        verbs = ["run", "rerun", "report", "twin", "validate", "list", "tables"]
        self.assertEqual([v for v in verbs if v not in self.sim("--help").stdout], [])
        for verb in verbs:
            result = self.sim(verb, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn("Exit status: 0 every check passed", result.stdout)

    def test_mistakes_name_the_nearest_choice(self):
        self.refused("rnu", SMALL, says='unknown verb "rnu"; did you mean "run"?')
        self.refused("run", SMALL, "--sed", "3", says='unknown option "--sed"; did you mean "--seed"?')
        self.refused("run", SMALL, "--zzzzzzzz", says="there are --help, --out")
        self.refused(says="expected a verb: run, rerun")
        self.refused("run", says="Try: lastmile-sim run --help")
        self.refused("run", SMALL, "--world", "moon", says='--world: expected one of sim, real, found "moon"')
        self.refused("run", SMALL, "--world", "rael", says='did you mean "real"?')
        self.refused("run", SMALL, "--set", "/fautls=[]", says='did you mean "faults"')

    def test_values_that_are_none(self):
        for seed in ("-3", "x", "18446744073709551616", "1.5"):
            self.refused("run", SMALL, "--seed", seed, says="--seed")
        self.refused("run", SMALL, "--set", "nonsense", says="expected /json/pointer=value")
        self.refused("validate", SMALL, "--set", "/phases/trouble=30parsec", says='/phases/trouble: expected a duration')

    def test_files_that_are_no_scenario(self):
        (self.here / "binary").write_bytes(bytes(range(256)) * 64)
        (self.here / "empty").write_bytes(b"")
        (self.here / "deep").write_text("[" * 100000)
        with open(self.here / "huge", "wb") as huge:
            huge.truncate(1 << 32)
        self.refused("run", "nowhere.json", says="nowhere.json: expected a scenario file, found no such file")
        self.refused("run", self.here, says="expected a scenario file, found a folder")
        self.refused("run", "huge", says="expected at most 16 MiB")
        (self.here / "cut").write_text('{"format": 1,')
        self.refused("validate", "cut", says="line 1, column 14: expected JSON with comments: syntax error while parsing object "
                                             "key - unexpected end of input; expected string literal")
        for name in ("binary", "empty", "deep"):
            self.refused("run", name, says=name + ":")
            self.refused("validate", name, says=name + ":")

    def test_nothing_waits_for_a_file_that_never_ends(self):
        os.mkfifo(self.here / "pipe")
        (self.here / "replay.json").write_text(json.dumps({
            "format": 1, "name": "replay", "question": "?", "world": {"groups": [{"name": "west", "count": 2, "region": "europe"}]},
            "phases": {"warm_up": "1s", "trouble": "1s", "heal": "1s", "settle": "1s"},
            "traffic": [{"name": "old", "rate": "1/s", "file": "pipe"}]}))
        for verb in ("run", "validate", "twin"):
            self.refused(verb, "pipe", says="pipe: expected a scenario file, found a pipe; - reads one from standard input")
            self.refused(verb, "/dev/zero", says="/dev/zero: expected a scenario file, found a device")
            self.refused(verb, "replay.json", says="/traffic/0/file: pipe: expected a file with envelopes, found a pipe")
        (self.here / "folder").mkdir()
        os.mkfifo(self.here / "folder/summary.json")
        self.refused("rerun", "folder", says="folder/summary.json: expected the summary of an earlier run, found a pipe")
        self.refused("report", "folder", says="folder/summary.json")

    def test_a_dash_reads_standard_input(self):
        def read(text):
            return subprocess.run([SIM, "validate", "-"], input=text, capture_output=True, text=True, cwd=self.here, timeout=60)
        result = read(pathlib.Path(SMALL).read_text())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("valid, 5 nodes", result.stdout)
        result = read("{")
        self.assertEqual(result.returncode, 3)
        self.assertIn("-: line 1, column 2", result.stderr)

    def test_empty_names_are_refused(self):
        for line in (["run", ""], ["run", SMALL, "--out", ""], ["run", SMALL, "--out="], ["rerun", ""], ["rerun", ".", "--out", ""],
                     ["report", ""], ["twin", ""], ["validate", ""], ["list", ""]):
            self.refused(*line, says="expected")
        self.refused("run", SMALL, "--out", "a", "--out", "b", says="--out: ")

    # --- errors for programs

    def errors(self, *arguments, status=3):
        """One JSON object on standard output, nothing on standard error, nothing written."""
        before = sorted(self.here.rglob("*"))
        result = self.sim(*arguments, "--json")
        self.assertEqual((result.returncode, result.stderr), (status, ""), result.stdout)
        self.assertEqual(result.stdout.count("\n"), 1)
        self.assertEqual(sorted(self.here.rglob("*")), before)
        return json.loads(result.stdout)["errors"]

    def test_errors_are_json_when_json_is_asked_for(self):
        self.assertEqual(self.errors("run", SMALL, "--set", "/fautls=[]"), [{
            "file": SMALL, "place": "/fautls", "text": 'expected a known key, found "fautls"; did you mean "faults"',
            "expected": "a known key", "found": '"fautls"', "nearest": "faults"}])
        self.assertEqual(self.errors("run", SMALL, "--sed", "3"), [{
            "place": "--sed", "text": 'run: unknown option "--sed"; did you mean "--seed"?', "nearest": "--seed",
            "hint": "Try: lastmile-sim run --help"}])
        self.assertEqual(self.errors("rnu")[0]["nearest"], "run")
        self.assertEqual(self.errors("run", SMALL, "--world", "rael")[0]["place"], "--world")
        (self.here / "file").write_text("x")
        (self.here / "scenarios").mkdir()
        for line in (["run", SMALL, "--out", "file"], ["run", SMALL, "--out", "file", "--world", "real"], ["rerun", "nowhere"],
                     ["report", "nowhere"], ["twin", "nowhere"], ["validate", "nowhere"], ["list", "nowhere"], []):
            self.assertTrue(self.errors(*line)[0]["text"], line)

    def test_list_gives_what_it_can_read_and_errors_of_the_rest(self):
        (self.here / "bad.json").write_text("{")
        (self.here / "good.json").write_text(pathlib.Path(SMALL).read_text())
        result = self.sim("list", ".", "--json")
        self.assertEqual((result.returncode, result.stderr), (3, ""))
        answer = json.loads(result.stdout)
        self.assertEqual([entry["file"] for entry in answer["scenarios"]], ["./good.json"])
        self.assertEqual([entry["file"] for entry in answer["errors"]], ["./bad.json"])

    # --- what is printed

    def test_json_is_one_object(self):
        result = self.sim("run", SMALL, *SHORT, "--json", "--out", "a")
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.stdout.count("\n"), 1)
        summary = json.loads(result.stdout)
        for key in ("scenario", "seed", "verdict", "digest", "virtual_seconds", "wall_seconds", "peak_rss_bytes",
                    "checks", "measures"):
            self.assertIn(key, summary)
        for check in summary["checks"]:
            self.assertLessEqual({"name", "verdict", "detail"}, set(check))
        self.assertEqual(summary, json.loads((self.here / "a/summary.json").read_text()))
        self.assertEqual(result.returncode, {"pass": 0, "fail": 1, "unknown": 2}[summary["verdict"]])

    def test_list_is_a_table_or_an_object(self):
        table = self.sim("list", SCENARIOS)
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("quickstart/two-islands.json", table.stdout)
        found = json.loads(self.sim("list", SCENARIOS, "--json").stdout)["scenarios"]
        self.assertEqual(len(found), table.stdout.count("\n") - 1)
        self.assertTrue(all(entry["question"] and entry["expectation"] for entry in found))
        # What a run costs, as its author says.
        self.assertEqual(table.stdout.split("\n", 1)[0].split(), ["file", "nodes", "cpu", "memory", "worlds", "question"])
        for entry in found:
            line = next(line for line in table.stdout.splitlines() if line.startswith(entry["file"] + " "))
            self.assertEqual(line.split()[2:4], [entry["expected_cost"]["cpu"], entry["expected_cost"]["memory"]])
        self.refused("list", says="name one: lastmile-sim list FOLDER")

    def test_tables_are_shipped_with_their_sources(self):
        text = self.sim("tables").stdout
        tables = json.loads(self.sim("tables", "--json").stdout)
        self.assertIn("internet-2019", tables["regions"])
        for kind in ("regions", "machines"):
            self.assertGreater(len(tables[kind]), 1)
            for name, table in tables[kind].items():
                self.assertIn(f'"{name}": {table["source"]}', " ".join(text.split()))
        # For people: a unit, columns that can be told apart, lines that fit; zero watts are no figure.
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertEqual(text.count("round trip, ms"), len(tables["regions"]))
        self.assertIn("not stated", text)
        self.assertNotIn("0mW", text)
        # What is printed is what a scenario may say.
        machine = next(iter(tables["machines"].values()))["figures"]
        result = self.sim("validate", SMALL, "--set", "/world/hardware/server=" + json.dumps(machine))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_validate_writes_nothing_and_resolves(self):
        self.assertIn("5 nodes, 1 fault", self.sim("validate", SMALL).stdout)
        self.assertEqual(json.loads(self.sim("validate", SMALL, "--json", "--seed", "9").stdout)["seed"], 9)
        self.assertEqual(list(self.here.iterdir()), [])

    def test_progress_is_lines_in_a_pipe_and_a_bar_on_a_terminal(self):
        plain = self.sim("run", SMALL, "--out", "a").stderr
        self.assertRegex(plain, r"(?m)^ *\d+ %  .* messages .* events$")
        self.assertNotIn("\x1b", plain)
        self.assertEqual(self.sim("run", SMALL, "--out", "a", "--quiet").stderr, "")
        master, slave = pty.openpty()
        process = subprocess.Popen([SIM, "run", SMALL, "--out", "a"], cwd=self.here, stdout=subprocess.DEVNULL, stderr=slave)
        os.close(slave)
        drawn = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:  # what a terminal answers when its last program has gone
                break
            if not part:
                break
            drawn += part
        os.close(master)
        self.assertEqual(process.wait(), 0)
        lines = drawn.decode().split("\r\x1b[K")
        self.assertTrue(any(line.startswith("[") for line in lines))
        self.assertTrue(all(len(line) < 80 for line in lines), lines)
        self.assertEqual(lines[-1], "")

    # --- folders

    def test_a_failed_check_is_exit_status_1_and_has_its_folder(self):
        result = self.sim("run", SMALL, "--set", "/checks/5/within=1ns", "--out", "a", "--quiet")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("report a/report.html", result.stdout)
        self.assertEqual({p.name for p in (self.here / "a").iterdir()}, FILES)

    def test_rerun_needs_the_folder_only_and_finds_differences(self):
        self.sim("run", SMALL, *SHORT, "--out", "a")
        (self.here / "a").rename(self.here / "b")
        self.assertIn("equal to the recorded run", self.sim("rerun", "b").stdout)
        summary = self.here / "b/summary.json"
        digest = json.loads(summary.read_text())["digest"]
        summary.write_text(summary.read_text().replace(digest, "0" * 64))
        result = self.sim("rerun", "b", "--out", "c")
        self.assertEqual(result.returncode, 1)
        self.assertIn("DIFFERS from the recorded run", result.stdout)
        self.assertEqual({p.name for p in (self.here / "c").iterdir()}, FILES)

    def test_rerun_of_a_changed_folder_is_refused(self):
        self.sim("run", SMALL, *SHORT, "--out", "a")
        file = self.here / "a/scenario.json"
        whole = file.read_text()
        for old, new in ('"seed": 7', '"seed": 8'), ('"heal": "2s"', '"heal": "3s"'):
            self.assertIn(old, whole)
            file.write_text(whole.replace(old, new))
            self.refused("rerun", "a", says="a/scenario.json: changed since that run")
        file.write_text(whole.replace('"question": "', '"question": "Still: '))
        self.assertIn("equal to the recorded run", self.sim("rerun", "a").stdout, "words change nothing")

    def test_rerun_of_a_run_that_was_ended_early_is_refused(self):
        process = self.start("--quiet")
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.refused("rerun", "long", says="ended early (interrupted), so its digest has no equal; run it whole: "
                                           "lastmile-sim run long/scenario.json")

    def test_broken_folders_are_named(self):
        self.sim("run", SMALL, *SHORT, "--out", "a")
        summary = self.here / "a/summary.json"
        whole = summary.read_text()
        summary.write_text(whole[:100])
        self.refused("rerun", "a", says="a/summary.json: line")
        summary.write_text("{}")
        self.refused("rerun", "a", says="a/summary.json: /digest: expected 64 hexadecimal digits")
        summary.write_text(json.dumps({"digest": None}))
        self.refused("rerun", "a", says="no digest to compare")
        summary.write_text(whole)
        (self.here / "a/scenario.json").unlink()
        self.refused("rerun", "a", says="a/scenario.json: expected a scenario file, found no such file")
        self.refused("report", "nowhere", says="nowhere/summary.json")

    def test_report_is_made_again_from_the_folder(self):
        self.sim("run", SMALL, *SHORT, "--out", "a")
        page = self.here / "a/report.html"
        first = page.read_bytes()
        page.unlink()
        self.assertEqual(self.sim("report", "a").stdout, "a/report.html\n")
        self.assertEqual(json.loads(self.sim("report", "a", "--json").stdout), {"report": "a/report.html"})
        self.assertEqual(page.read_bytes(), first)

    def test_other_peoples_folders_stay(self):
        (self.here / "mine").mkdir()
        (self.here / "mine/thesis.txt").write_text("x")
        (self.here / "file").write_text("x")
        self.refused("run", SMALL, "--out", "mine", says="found other files")
        self.refused("run", SMALL, "--out", "file", says="expected a folder, found a file")
        self.refused("run", SMALL, "--out", "/proc/nowhere/a", says="cannot be made")

    def test_a_run_replaces_an_earlier_one_and_nothing_else(self):
        (self.here / "a.replaced").mkdir()
        (self.here / "a.replaced/thesis.txt").write_text("x")
        for seed in ("3", "4"):
            self.sim("run", SMALL, *SHORT, "--seed", seed, "--out", "a")
        self.assertEqual(json.loads((self.here / "a/summary.json").read_text())["seed"], 4)
        self.assertEqual({p.name for p in self.here.iterdir()}, {"a", "a.replaced"})
        self.assertTrue((self.here / "a.replaced/thesis.txt").exists())

    def test_interrupt_ends_with_unknown_and_a_whole_folder(self):
        process = self.start("--json")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, err)
        summary = json.loads(out)
        self.assertEqual((summary["verdict"], summary["limit_hit"]), ("unknown", "interrupted"))
        self.assertEqual({p.name for p in (self.here / "long").iterdir()}, FILES)
        self.assertFalse((self.here / "long.partial").exists())

    def test_a_limit_leaves_open_what_liveness_lacked(self):
        result = self.sim("run", SMALL, "--set", '/limits={"events":9000}', "--out", "a", "--json")
        self.assertEqual(result.returncode, 2, result.stderr)
        summary = json.loads(result.stdout)
        self.assertEqual((summary["verdict"], summary["limit_hit"]), ("unknown", "events"))
        self.assertIn("unknown", {check["verdict"] for check in summary["checks"] if check["name"] == "healed"})

    def test_kill_leaves_a_partial_folder_that_says_how_to_go_on(self):
        process = self.start()
        self.refused("run", SMALL, "--out", "long", says="another run is writing there")
        process.kill()
        process.communicate()
        self.assertFalse((self.here / "long").exists())
        self.refused("rerun", "long.partial", says="start it again: lastmile-sim run long.partial/scenario.json")
        self.assertEqual(self.sim("run", SMALL, "--out", "long", "--quiet").returncode, 0)
        self.assertEqual([p.name for p in self.here.iterdir()], ["long"])

    def test_twin_finds_no_difference(self):
        result = json.loads(self.sim("twin", SMALL, *SHORT, "--json").stdout)
        self.assertTrue(result["equal"])
        self.assertGreater(result["events"], 1000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
