"""report.html in a browser: complete, silent, nothing beyond its edge, no text over text, at two widths."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SIM, SCENARIOS = (str(pathlib.Path(a).resolve()) for a in sys.argv[1:3])
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SKIPPED = 77  # CTest shows it as skipped

# Looks at the page in a frame of a given width, and writes what it finds as JSON.
LOOK = """<!DOCTYPE html><body style="margin:0"><iframe id="page" src="report.html"
style="border:0;width:%dpx;height:9000px"></iframe><pre id="found"></pre><script>
document.getElementById("page").onload = function () {
  const page = this.contentDocument, root = page.documentElement, found = {beyond: [], over: []};
  found.width = root.clientWidth; found.scroll = root.scrollWidth;
  found.headings = [...page.querySelectorAll("h2")].map(h => h.textContent);
  const charts = [...page.querySelectorAll("svg.chart")].filter(s => s.getBoundingClientRect().width > 0);
  found.charts = charts.length;
  found.text = page.body.innerText;
  for (const chart of charts) {
    const frame = chart.getBoundingClientRect(), boxes = [];
    for (const text of chart.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      if (box.left < -0.5 || box.right > found.width + 0.5 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
        found.beyond.push(text.textContent);
      for (const [other, b] of boxes)
        if (Math.min(box.right, b.right) - Math.max(box.left, b.left) > 2 &&
            Math.min(box.bottom, b.bottom) - Math.max(box.top, b.top) > 3) found.over.push([other, text.textContent]);
      boxes.push([text.textContent, box]);
    }
  }
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>"""

# A run with many faults, groups and a chain; hostile words where a scenario may hold any text.
BUSY = {
    "format": 1, "name": "busy", "question": "Does <script>document.title='broken'</script> run?",
    "expectation": "no & never", "seed": 3,
    "phases": {"warm_up": "5s", "trouble": "30s", "heal": "5s", "settle": "60s"},
    "world": {
        "regions": "internet-2019",
        "groups": [{"name": n, "role": "core", "count": c, "region": r} for n, c, r in (
            ("west", 3, "north_america"), ("east", 2, "europe"), ("a-group-with-a-long-name", 1, "japan"))],
        "topology": {"kind": "full"},
        "chains": [{"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 4, "archive_every": "5s",
                    "synchronizers": ["node:west-0"]}]},
    "traffic": [{"name": "wallets", "into": "all", "rate": "5/s", "from": "1s", "until": "settle",
                 "accounts": {"count": 5, "chains": {"ETH": 1}}, "types": {"POST": 1}}],
    "faults": [
        {"name": "cut", "kind": "partition", "between": ["group:west", "!group:west"], "from": "trouble", "until": "heal"},
        {"name": "a-very-long-name-for-a-crash-of-one-node", "kind": "crash", "who": "one", "disk": "kept",
         "restart_after": "3s", "from": {"every": "8s", "from": "trouble", "until": "heal"}},
        {"name": "slow", "kind": "link", "between": ["group:east", "group:west"], "latency_add": "200ms",
         "from": "trouble+5s", "until": "trouble+9s"},
        {"name": "reorg", "kind": "chain", "chain": "ethereum", "mode": "reorg", "depth": 2, "from": "trouble+20s"},
        {"name": "never", "kind": "crash", "who": "one", "disk": "kept", "restart_after": "3s",
         "from": {"on": "queue_above:inbox:9999"}}]}


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="lastmile-page-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.here = pathlib.Path(cls.folder.name)
        (cls.here / "busy.json").write_text(json.dumps(BUSY))
        for name, file in (("small", f"{SCENARIOS}/quickstart/two-islands-small.json"), ("busy", "busy.json")):
            run = subprocess.run([SIM, "run", file, "--out", name, "--quiet"], cwd=cls.here, capture_output=True, text=True)
            if not (cls.here / name / "report.html").is_file():
                raise AssertionError(f"{name}: {run.stdout}{run.stderr}")

    def browse(self, page):
        result = subprocess.run(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
             "--disable-background-networking", "--disable-component-update", "--no-first-run",
             f"--user-data-dir={self.here}/profile", "--enable-logging=stderr", "--window-size=1300,900",
             "--virtual-time-budget=8000", "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120)
        console = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
        return result.stdout, console

    def look(self, folder, width):
        page = self.here / folder / "look.html"
        page.write_text(LOOK % width)
        dom, console = self.browse(page)
        self.assertEqual(console, [])
        text = re.search(r'<pre id="found">(.*?)</pre>', dom, re.S).group(1)
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = text.replace(entity, character)
        return json.loads(text)

    def test_the_browser_would_tell(self):
        """A page that fetches and one whose text collides are found out: otherwise the tests below prove nothing."""
        bad = self.here / "bad"
        bad.mkdir()
        good = (self.here / "small/report.html").read_text()
        (bad / "report.html").write_text(good.replace("<main>", '<main><img src="https://example.org/x.png">'))
        _, console = self.browse(bad / "report.html")
        self.assertTrue(any("Content Security Policy" in line for line in console), console)
        svg = ('<svg class="chart" viewBox="0 0 700 40" width="700"><text x="5" y="20">one</text><text x="6" y="21">two</text>'
               '<text x="690" y="20">beyond the edge</text></svg>')
        (bad / "report.html").write_text(good.replace("<main>", "<main>" + svg))
        found = self.look("bad", 400)
        self.assertIn(["one", "two"], found["over"])

    def test_is_complete_and_silent(self):
        for folder, headings in (("small", 10), ("busy", 10)):
            found = self.look(folder, 1200)
            self.assertEqual(len(found["headings"]), headings, found["headings"])
            self.assertEqual(found["charts"], 5)
            _, console = self.browse(self.here / folder / "report.html")
            self.assertEqual(console, [])

    def test_nothing_is_beyond_the_edge_or_over_other_text(self):
        for folder in ("small", "busy"):
            for width in (1200, 700, 400):
                with self.subTest(folder=folder, width=width):
                    found = self.look(folder, width)
                    self.assertLessEqual(found["scroll"], found["width"])
                    self.assertEqual(found["beyond"], [])
                    self.assertEqual(found["over"], [])

    def test_hostile_words_are_shown_not_run(self):
        self.assertIn("Does <script>document.title='broken'</script> run?", self.look("busy", 1200)["text"])
        dom, _ = self.browse(self.here / "busy/report.html")
        self.assertNotIn("<title>broken", dom)

    def test_says_what_the_summary_says(self):
        for folder in ("small", "busy"):
            summary = json.loads((self.here / folder / "summary.json").read_text())
            text = self.look(folder, 1200)["text"]
            self.assertIn(summary["verdict"], text)
            self.assertIn(summary["digest"], text)
            self.assertIn(f"{summary['events']:,} events", text)
            for check in summary["checks"]:
                self.assertIn(" ".join(check["detail"].split()), " ".join(text.split()))
            for state in summary["never_reached"]:
                self.assertIn(state, text)


if __name__ == "__main__":
    if CHROMIUM is None:
        print("skipped: no Chromium to look with (tools/install check installs one)")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
