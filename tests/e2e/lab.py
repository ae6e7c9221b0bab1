"""lastmile-lab as an economist meets it: lab.py LASTMILE_LAB SCENARIOS."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

LAB, SCENARIOS = (str(pathlib.Path(a).resolve()) for a in sys.argv[1:3])
FIVE = f"{SCENARIOS}/economy/operators-five-years.json"
BM1 = f"{SCENARIOS}/economy/bm1.json"
YEAR = ["--set", "/horizon=365d"]


class Lab(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lastmile-e2e-")
        self.addCleanup(self.folder.cleanup)
        self.here = pathlib.Path(self.folder.name)

    def lab(self, *arguments):
        return subprocess.run([LAB, *map(str, arguments)], capture_output=True, text=True, cwd=self.here, timeout=120)

    def json_of(self, *arguments):
        result = self.lab(*arguments, "--json")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return json.loads(result.stdout)

    def refused(self, *arguments, says):
        result = self.lab(*arguments)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertIn(says, result.stderr)
        self.assertEqual(list(self.here.iterdir()), [])

    def test_a_run_leaves_a_folder_that_repeats_it(self):
        first = self.json_of("run", FIVE, *YEAR, "--out", "a")
        again = self.json_of("run", "a/scenario.json", "--out", "b")
        self.assertEqual(first["digest"], again["digest"])
        self.assertEqual({p.name for p in (self.here / "a").iterdir()}, {"scenario.json", "metrics.csv", "summary.json"})
        rows = list(csv.DictReader((self.here / "a/metrics.csv").read_text().splitlines()))
        self.assertEqual(list(rows[0])[:5], ["simulation", "subset", "run", "substep", "timestep"])
        self.assertEqual([row["timestep"] for row in rows], [str(day) for day in range(366)])
        self.assertEqual(float(rows[-1]["pool"]), first["measures"]["pool"])
        self.assertNotEqual(first["digest"], self.json_of("run", FIVE, *YEAR, "--seed", 2)["digest"])

    def test_fast_arithmetic_says_that_it_is_approximate(self):
        self.assertEqual(self.json_of("run", BM1, *YEAR, "--out", "a")["arithmetic"], "approximate")
        self.assertIn("approximate", (self.here / "a/metrics.csv").read_text().splitlines()[0])
        self.assertIn("approximate", self.lab("run", BM1, *YEAR).stdout)

    def test_mistakes_name_their_place_and_the_nearest_key(self):
        self.refused("run", FIVE, "--set", "/horizn=3d", says='/horizn: expected a known key, found "horizn"; did you mean "horizon"')
        self.refused("run", FIVE, "--set", "/rules/preset=network-2023", says="/rules/preset")
        self.refused("run", FIVE, "--set", "/start/stakers/stake=9000000token", says="outside holds")
        self.refused("mc", "nowhere.json", says="nowhere.json")
        self.refused("runn", FIVE, says="run")
        self.refused("sweep", FIVE, says="/study/sweep: expected at least one axis")

    def test_validate_prints_what_will_run(self):
        self.assertEqual(self.json_of("validate", FIVE)["start"]["operators"]["count"], 54)
        self.assertEqual(self.lab("validate", FIVE).returncode, 0)

    def test_tables_do_not_depend_on_the_number_of_workers(self):
        one = self.json_of("mc", BM1, *YEAR, "--replicates", 12, "--jobs", 1, "--out", "one")
        two = self.json_of("mc", BM1, *YEAR, "--replicates", 12, "--jobs", 2, "--out", "two")
        self.assertEqual(one, two)
        self.assertEqual((self.here / "one/results.csv").read_bytes(), (self.here / "two/results.csv").read_bytes())

    def test_a_sweep_has_a_row_for_each_point_and_replicate(self):
        sweep = ["--set", '/study={"metric":"active_nodes","replicates":3,"sweep":{"/price/start":["0.02USD","0.2USD"],"/seed":[1]}}']
        found = self.json_of("sweep", BM1, *YEAR, *sweep, "--out", "s")
        poor, rich = (point["metrics"]["active_nodes"]["mean"] for point in found["points"])
        self.assertLess(poor, rich)
        self.assertEqual(len((self.here / "s/results.csv").read_text().splitlines()), 7)

    def test_a_question_is_answered_with_table_page_and_reading(self):
        found = self.json_of("ask", 10, "--scenarios", f"{SCENARIOS}/economy", "--out", "q")
        row = next(row for row in found["rows"] if row["nodes"] == 54)
        self.assertAlmostEqual(row["stakers_gain"], 39.845, places=3)
        self.assertIn("From 54 nodes to 55", found["reading"])
        self.assertEqual({p.name for p in (self.here / "q").iterdir()}, {"scenario.json", "answer.csv", "summary.json", "report.html"})
        page = (self.here / "q/report.html").read_text()
        self.assertIn("<svg", page)
        self.assertNotIn("src=", page)
        self.assertEqual(self.lab("ask", 99).returncode, 3)

    def test_variants_are_compared_on_the_same_luck(self):
        self.lab("run", BM1, *YEAR, "--set", "/price/start=0.2USD", "--out", "rich")
        found = self.json_of("compare", BM1, "rich/scenario.json", *YEAR, "--replicates", 12)["metrics"]["price_usd"]
        low, high = found["interval"]
        self.assertLess(0, low)
        self.assertEqual(found["b_greater"], 1)
        again = self.lab("compare", BM1, BM1)
        self.assertEqual(again.returncode, 3)
        self.assertIn("the same economy twice", again.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
