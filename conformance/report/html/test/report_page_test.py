#!/usr/bin/env python3
"""Opens report.html in a real browser: Chromium, driven by playwright-core.

playwright-core is the package in the folder named by KITFOX_PLAYWRIGHT, or is taken from npm, installed below the build folder.
Where that, node or Chromium (KITFOX_CHROMIUM) is not to be had, the test exits with 77: skipped, not passed. Pictures of what was
opened are left in the folder.
Usage: report_page_test.py FOLDER, with KITFOX naming the program
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[3]
sys.path[:0] = [str(TOP / "fakes/test"), str(TOP / "conformance/run/test")]
import npm_package  # noqa: E402
from kitfox_program import ProgramTest  # noqa: E402

TEST = "report page test"
PACKAGE, VERSION = "playwright-core", "1.65.1"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FOLDER = pathlib.Path(sys.argv.pop(1))


def find_chromium():
    named = os.environ.get("KITFOX_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not found:
        npm_package.skip(TEST, f"no browser: none of {', '.join(CHROMIUMS)}, and KITFOX_CHROMIUM is not set")
    return found


def find_playwright():
    named = os.environ.get("KITFOX_PLAYWRIGHT")
    found = pathlib.Path(named) if named else FOLDER / "node_modules" / PACKAGE
    if not named and not found.exists():
        npm_package.fetch(TEST, f"{PACKAGE}@{VERSION}", FOLDER, "KITFOX_PLAYWRIGHT", 120)
    return str(found)


class ReportPage(ProgramTest):
    """Each test makes a run of its own and lets the browser look at its page (report_page.mjs)."""

    def look_at(self, page, *checks):
        done = subprocess.run([NODE, str(HERE / "report_page.mjs"), find_playwright(), find_chromium(), str(page), str(FOLDER), *checks],
                              capture_output=True, text=True, timeout=200, check=False)
        print(done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_a_run_with_failures(self):
        odd = pathlib.Path(self.scenario("passes"))
        odd.write_text(odd.read_text().replace("title: A case of the tests", "title: 'Of <b>marks</b> </script><!-- and \"quotes\"'"))
        done = self.run_kitfox(*(self.scenario(name) for name in ("fails", "unclear", "outage")), str(odd))
        self.assertEqual(done.status, 1)
        self.look_at(done.out / "report.html", "network", "headline", "requirements", "cases", "keys", "failing-marks", "timeline", "waits", "markup",
                     "themes", "print", "narrow")

    def test_a_run_that_passes(self):
        done = self.run_kitfox(self.scenario("passes"), self.scenario("outage"))
        self.look_at(done.out / "report.html", "network", "headline", "no-failures")

    def test_a_run_about_one_subject(self):
        out = self.run_kitfox(self.scenario("passes")).out
        results = json.loads((out / "results.json").read_text())
        results["claim"] = {"subject": "my-agent: 1 requirement", "verdict": "CONFORMANT: 1 kept", "conformant": True, "requirements": ["REC-9"]}
        (out / "results.json").write_text(json.dumps(results))
        self.assertEqual(self.call("report", str(out), "--out", str(out / "report.html")).status, 0)
        self.look_at(out / "report.html", "network", "claim")

    def test_a_comparison_of_two_runs(self):
        before = self.folder / "before"
        self.run_kitfox(self.scenario("passes"), self.scenario("outage")).out.rename(before)
        results = json.loads((before / "results.json").read_text())
        results["cases"][0]["verdict"] = results["cases"][0]["requirements"][0]["verdict"] = "fail"
        results["verdict"] = "fail"
        (before / "results.json").write_text(json.dumps(results))
        after = self.run_kitfox(self.scenario("fails"), self.scenario("passes"), self.scenario("outage")).out
        page = self.folder / "comparison.html"
        self.assertEqual(self.call("compare", str(before), str(after), "--html", "--out", str(page)).status, 1)
        self.look_at(page, "comparison")

    def test_a_run_in_which_everything_was_skipped(self):
        done = self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", "/bin/true")
        self.look_at(done.out / "report.html", "network", "nothing-executed")

    def test_a_run_of_three_hundred_cases(self):
        done = self.run_kitfox(self.scenario("outage"), "--seed", "1..300")
        self.assertEqual(len(json.loads((done.out / "results.json").read_text())["cases"]), 300)
        self.look_at(done.out / "report.html", "network", "three-hundred")

    def test_a_run_without_cases(self):
        out = self.folder / "empty"
        out.mkdir()
        empty = {"kitfox": "results/v1", "planned": 0, "executed": 0, "interrupted": False, "verdict": "pass", "seconds": 0, "counts": {}, "cases": []}
        (out / "results.json").write_text(json.dumps(empty))
        self.assertEqual(self.call("report", str(out), "--out", str(out / "report.html")).status, 0)
        self.look_at(out / "report.html", "network", "nothing-executed")


NODE = shutil.which("node")
if not NODE:
    npm_package.skip(TEST, "no node")
find_chromium()
find_playwright()
unittest.main(verbosity=2)
