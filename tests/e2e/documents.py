"""What README and docs show is what the programs do: every command of a code block runs, every example validates."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS, SCENARIOS = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
ROOT = SCENARIOS.parent
SHORT = ["--set", "/phases/trouble=3s", "--set", "/phases/heal=2s"]  # the last word on phases
PATIENCE = 60


def blocks(page, kind=""):
    return re.findall(rf"^```{kind}\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)


def commands(page, program):
    """Lines of code blocks that start the program, without the comments behind them."""
    out = []
    for line in "\n".join(blocks(page)).splitlines():
        words = shlex.split(line, comments=True)
        if words and pathlib.PurePath(words[0]).name == program:
            out.append(words[1:])
    return out


class Documents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lastmile-e2e-")
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)

    def run_program(self, program, words):
        return subprocess.run([PROGRAMS / program, *words], cwd=self.here, capture_output=True, text=True, timeout=240)

    def test_readme_commands_run(self):
        (self.here / "scenarios").symlink_to(SCENARIOS)
        (self.here / "my-scenario.json").write_text(blocks("docs/scenario-format.md", "json")[0])
        shown = commands("README.md", "lastmile-sim")
        self.assertGreater(len(shown), 5)
        # What tools/try leaves, only shorter.
        self.run_program("lastmile-sim", ["run", "scenarios/quickstart/two-islands.json", *SHORT, "--out", "runs/quickstart"])
        for words in shown:
            with self.subTest(command=" ".join(words)):
                if "real" in words:  # runs in e2e_rig
                    words = ["validate", *words[1:]]
                elif words[0] == "run":
                    words = [*words, *SHORT]
                result = self.run_program("lastmile-sim", words)
                self.assertIn(result.returncode, (0, 1, 2), result.stderr)  # a short cut need not pass
                self.assertEqual("lastmile-sim:" in result.stderr, False, result.stderr)
        self.assertTrue((self.here / "runs/quickstart/report.html").exists())

    def test_guide_commands_run(self):
        shown = [[("data" if word in ("DIR", "/var/lib/lastmile") else word.strip("[]")) for word in words]
                 for words in commands("docs/operator-guide.md", "lastmile-node")]
        self.assertGreater(len(shown), 5)
        daemon = None
        for words in shown:
            with self.subTest(command=" ".join(words)):
                if words[0] == "run":
                    daemon = subprocess.Popen([PROGRAMS / "lastmile-node", *words, "--set", "p2p.listen="], cwd=self.here,
                                              stderr=subprocess.DEVNULL)
                    self.addCleanup(daemon.wait)
                    self.addCleanup(daemon.kill)
                    until = time.monotonic() + PATIENCE
                    while self.run_program("lastmile-node", ["status", "--data", "data"]).returncode != 0:
                        self.assertLess(time.monotonic(), until)
                        time.sleep(0.05)
                    self.ask_as_shown()
                    continue
                result = self.run_program("lastmile-node", words)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertTrue(result.stdout)
        self.assertEqual(daemon.wait(PATIENCE), 0)

    def ask_as_shown(self):
        """What the guide asks a running node with curl, from the folder of the sources."""
        if shutil.which("curl") is None:
            print("SKIPPED: no curl, the guide's questions are not asked")
            return
        shown = [block for block in blocks("docs/operator-guide.md") if block.startswith("curl ")]
        self.assertEqual(len(shown), 1)
        script = "set -euo pipefail\n" + re.sub(r"\bcurl ", "curl -sSf ", shown[0])
        asked = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn('"message_status":"processed"', asked.stdout)
        self.assertIn('"pagination_total":1', asked.stdout)

    def test_mistakes_in_settings_look_as_the_guide_shows(self):
        said = [block for block in blocks("docs/operator-guide.md") if block.startswith("lastmile-node: ")][0]
        (self.here / "node.toml").write_text("[p2p]\nlissten = 1\n[limits]\nretries = 'ten'\n")
        result = self.run_program("lastmile-node", ["config", "check", "--config", "node.toml"])
        self.assertEqual((result.returncode, result.stderr), (3, said))

    def test_usage_of_every_verb_is_shown_with_options_that_exist(self):
        for page, program in (("tools/sim/README.md", "lastmile-sim"), ("tools/node/README.md", "lastmile-node")):
            for words in commands(page, program):
                verbs = words[:2] if words[0] in ("config", "db", "key", "peers") else words[:1]
                with self.subTest(program=program, verb=verbs):
                    known = self.run_program(program, [*verbs, "--help"])
                    self.assertEqual(known.returncode, 0, known.stderr)
                    for option in re.findall(r"--[a-z]+", " ".join(words)):
                        self.assertIn(option, known.stdout)

    def test_examples_are_valid(self):
        for text in blocks("docs/scenario-format.md", "json"):
            (self.here / "example.json").write_text(text)
            result = self.run_program("lastmile-sim", ["validate", "example.json"])
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_errors_have_the_form_that_is_documented(self):
        shown = json.loads(blocks("docs/command-line.md", "json")[0])
        (self.here / "a.json").write_text("{}")
        result = self.run_program("lastmile-sim", ["validate", "a.json", "--set", "/wrold=1", "--json"])
        self.assertEqual(result.returncode, 3)
        self.assertIn(shown["errors"][0], json.loads(result.stdout)["errors"])
        table = re.findall(r"^\| (`.*?`) \|", (ROOT / "docs/command-line.md").read_text(), re.M)
        members = set(re.findall(r"`(\w+)`", " ".join(table)))
        self.assertLessEqual({"text", "file", "place", "expected", "found", "nearest", "hint"}, members)


if __name__ == "__main__":
    os.environ.pop("LASTMILE_NETWORK__LISTEN", None)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
