"""lastmile-sim when the machine refuses: no room, no memory, no output, a parent that is killed."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SIM, SCENARIOS = (str(pathlib.Path(a).resolve()) for a in sys.argv[1:3])
SMALL = f"{SCENARIOS}/quickstart/two-islands-small.json"
NORMAL = f"{SCENARIOS}/quickstart/two-islands.json"
FLOW = ["--set", "/network=flow"]
FILES = {"scenario.json", "summary.json", "events.lmt", "metrics.csv", "report.html", "log.txt"}


def limited(kind, amount):
    return lambda: resource.setrlimit(kind, (amount, amount))


class MachineLimits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lastmile-e2e-")
        self.addCleanup(self.folder.cleanup)
        self.here = pathlib.Path(self.folder.name)

    def sim(self, *arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([SIM, *arguments], text=True, cwd=self.here, timeout=120, **options)

    def start(self, *arguments):
        process = subprocess.Popen([SIM, *arguments], cwd=self.here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_until(self, happened, what):
        for _ in range(600):
            if happened():
                return
            time.sleep(0.05)
        self.fail(what)

    # --- files that may not grow

    def test_a_run_that_finds_no_room_says_so_and_stays_partial(self):
        result = self.sim("run", SMALL, "--out", "a", "--quiet", preexec_fn=limited(resource.RLIMIT_FSIZE, 20480))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("a.partial/events.lmt: cannot be written (File too large)", result.stderr)
        self.assertEqual([p.name for p in self.here.iterdir()], ["a.partial"])

    def test_a_page_that_finds_no_room_leaves_the_old_one(self):
        self.sim("run", SMALL, "--out", "a")
        page = self.here / "a/report.html"
        before = page.read_bytes()
        result = self.sim("report", "a", preexec_fn=limited(resource.RLIMIT_FSIZE, 20480))
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("a/report.html: cannot be written (File too large)", result.stderr)
        self.assertEqual(page.read_bytes(), before)
        self.assertEqual({p.name for p in (self.here / "a").iterdir()}, FILES)

    # --- memory

    def test_memory_that_ran_out_is_undecided(self):
        limit = limited(resource.RLIMIT_AS, 260_000 * 1024)
        if self.sim("--version", preexec_fn=limit).returncode != 0:
            self.skipTest("this build asks for more memory before it begins")
        result = self.sim("run", NORMAL, "--out", "a", "--quiet", "--set", "/world/groups/0/count=400", preexec_fn=limit)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("the machine gave no more memory", result.stderr)
        self.assertEqual([p.name for p in self.here.iterdir()], ["a.partial"])

    # --- output

    def test_output_that_takes_nothing_is_no_success(self):
        many = self.here / "many"  # more than waits in memory before it is written
        many.mkdir()
        for number in range(100):
            shutil.copy(SMALL, many / f"{number}.json")
        for line in (["run", SMALL, "--out", "a", "--quiet"], ["run", SMALL, "--out", "a", "--json"], ["list", SCENARIOS],
                     ["list", str(many)], ["validate", SMALL, "--json"], ["--help"]):
            with open("/dev/full", "w") as full:
                result = self.sim(*line, stdout=full)
            self.assertEqual(result.returncode, 2, line)
            self.assertIn("lastmile-sim: standard output: cannot be written", result.stderr)

    def test_what_is_printed_to_closed_descriptors_reaches_no_file(self):
        self.sim("run", SMALL, "--out", "a")
        result = subprocess.run(f"exec {SIM} run {SMALL} --out b <&- >&- 2>&-", shell=True, cwd=self.here, timeout=120)
        self.assertEqual(result.returncode, 0)
        for name in ("metrics.csv", "events.lmt", "scenario.json", "log.txt"):
            self.assertEqual((self.here / "a" / name).read_bytes(), (self.here / "b" / name).read_bytes(), name)

    # --- signals, at the level where SimGrid has a hand in the process

    def test_interrupt_at_level_flow_leaves_a_whole_folder(self):
        process = self.start("run", NORMAL, *FLOW, "--out", "a", "--quiet")
        self.wait_until(lambda: (self.here / "a.partial/metrics.csv").exists(), "the run did not begin")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 2)
        self.assertEqual({p.name for p in (self.here / "a").iterdir()}, FILES)

    def test_twins_at_level_flow_go_with_their_parent(self):
        process = self.start("twin", NORMAL, *FLOW, "--set", "/phases/trouble=10h")
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            self.skipTest("this kernel does not tell the children of a process")
        self.wait_until(lambda: children.read_text().split(), "no twin was started")
        twin = pathlib.Path("/proc") / children.read_text().split()[0] / "stat"

        def gone():
            try:
                return twin.read_text().rsplit(")", 1)[1].split()[0] in "ZX"  # nobody may have fetched its status
            except (FileNotFoundError, ProcessLookupError):
                return True

        self.assertFalse(gone())
        self.addCleanup(lambda: gone() or os.kill(int(twin.parent.name), signal.SIGKILL))
        process.kill()
        process.wait()
        self.wait_until(gone, "the twin lives on")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
