"""What the tests of the program share: scenarios to feed it, and how to call it."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

KITFOX = pathlib.Path(os.environ["KITFOX"])
HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent.parent

TOPOLOGY = """
topology:
  organisations:
    acme: {teams: {payments: {clusters: {prod: {}}}}}
"""
AWAITED = "  - await: {agent: \"*\", state: connected, within: 10s}\n"
SCENARIOS = {
    "passes": "verifies: [REC-9]" + TOPOLOGY + "steps:\n" + AWAITED + "expect:\n  - proves: REC-9\n    one_stream_per_process: {}\n",
    "fails": "verifies: [REC-9]" + TOPOLOGY + "steps:\n" + AWAITED + "expect:\n  - dials: {agent: \"*\", exactly: 0}\n",
    "unclear": "verifies: [REC-9]" + TOPOLOGY + "steps:\n  - redirect: {link: \"*->gateway\", location: \"https://elsewhere.example/\", path: /never}\n" + AWAITED,
    "mistaken": "verifies: [REC-9]" + TOPOLOGY + "steps:\n  - awiat: {agent: \"*\"}\n",
    "needs-a-setting": "verifies: [REC-9]\nsettings: {agent: {backoff_cap: 2s}}" + TOPOLOGY + "steps:\n" + AWAITED,
    "long": "verifies: [REC-9]" + TOPOLOGY + "steps:\n" + AWAITED + "  - wait: 15s\n",
    "outage": textwrap.dedent("""\
        verifies: [REC-1, REC-2]
        parameters: {outage: {sim: 6s, sockets: 2s}}
        topology:
          organisations:
            acme: {teams: {payments: {clusters: {prod: {}}}}}
        steps:
          - await: {agent: "*", state: connected, within: 10s}
          - name: outage
            for: "{{outage}}"
            beside: true
            status: {link: "*->gateway", code: 503, path: "*/agent/connect"}
          - cut_established: {link: "*->gateway", how: fin}
          - await: {agent: "*", state: connected, within: 30s}
        expect:
          - proves: REC-2
            dials: {agent: "*", after: outage, at_most: 20}
        """),
}


class Outcome:
    def __init__(self, done, out):
        self.status, self.stdout, self.stderr, self.out = done.returncode, done.stdout, done.stderr, out

    def results(self):
        return json.loads((self.out / "results.json").read_text())

    def case(self):
        cases = self.results()["cases"]
        assert len(cases) == 1, [one["name"] for one in cases]
        return cases[0]


class ProgramTest(unittest.TestCase):
    """A folder of its own for each test, gone afterwards; also the folder in which kitfox keeps what is temporary."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kitfox-test-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "connect").mkdir()
        (self.folder / "tmp").mkdir()

    def scenario(self, name, **changes):
        text = SCENARIOS[name]
        for old, new in changes.pop("replace", {}).items():
            text = text.replace(old, new)
        head = "kitfox: scenario/v1\ntitle: A case of the tests\narea: connect\n"
        for key, value in changes.items():
            head += f"{key}: {value}\n"
        path = self.folder / "connect" / f"{name}.yaml"
        path.write_text(head + text)
        return str(path)

    def environment(self):
        return {**os.environ, "TMPDIR": str(self.folder / "tmp")}

    def call(self, *arguments):
        done = subprocess.run([KITFOX, *arguments], capture_output=True, text=True, env=self.environment(), timeout=100, check=False)
        return Outcome(done, self.folder / "out")

    def run_kitfox(self, *arguments):
        """With reports in self.folder / "out"."""
        return self.call("run", *arguments, "--out", str(self.folder / "out"))


def main():
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
