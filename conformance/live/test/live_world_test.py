#!/usr/bin/env python3
"""The world `live`, over a real kube-apiserver and etcd. usage: live_world_test.py FOLDER [TestClass]

FOLDER keeps the programs and the reports. The API server comes from ../shared/live beside the source tree, or from KUBEBUILDER_ASSETS;
without either the test is skipped and says so (exit status 77).
"""
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import unittest

from live_assets import SKIPPED, TOP, find_assets

KITFOX = os.environ.get("KITFOX", "kitfox")
FOLDER = pathlib.Path(sys.argv.pop(1)).resolve()
AREAS = ("rbac", "routing", "isolation", "revocation", "commands", "questions")


def programs_of(assets):
    """Processes whose program lies in the folder, by their ids; of etcd, which may be a link, those of its target."""
    wanted = {str((assets / name).resolve()) for name in ("kube-apiserver", "etcd")}
    found = set()
    for one in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(one / "exe") in wanted:
                found.add(int(one.name))
        except OSError:
            pass
    return found


class Live(unittest.TestCase):
    def run_kitfox(self, *words, environment=None):
        return subprocess.run([KITFOX, *map(str, words)], capture_output=True, text=True, timeout=280,
                              env={**os.environ, **(environment or {})})


class OwnControlPlanes(Live):
    """Control planes that kitfox starts itself."""

    def test_the_areas_pass_over_real_api_servers(self):
        before, out = programs_of(ASSETS), FOLDER / "report"
        done = self.run_kitfox("run", *(TOP / "scenarios" / area for area in AREAS), "--world", "live", "--jobs", 2, "--out", out,
                               environment={"KUBEBUILDER_ASSETS": str(ASSETS)})
        print("\n".join(done.stdout.splitlines()[-14:]))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cases = json.loads((out / "results.json").read_text())["cases"]
        self.assertTrue(all(one["world"] == "live" for one in cases))
        by_verdict = {}
        for one in cases:
            by_verdict.setdefault(one["verdict"], []).append(one)
        self.assertLessEqual(set(by_verdict), {"pass", "skipped"})
        areas = {one["area"] for one in by_verdict["pass"]}
        self.assertEqual(areas, set(AREAS))
        self.assertGreaterEqual(len(by_verdict["pass"]), 56)
        for one in by_verdict["skipped"]:
            self.assertRegex(one["skipped_because"], "cannot be told what to answer")
        self.assertEqual(programs_of(ASSETS) - before, set(), "programs that outlived the run")

    def test_nothing_of_a_killed_run_lives_on(self):
        before = programs_of(ASSETS)
        with subprocess.Popen([KITFOX, "run", str(TOP / "scenarios" / "questions"), "--world", "live"], text=True,
                              stdout=subprocess.PIPE, env={**os.environ, "KUBEBUILDER_ASSETS": str(ASSETS)}) as running:
            for line in running.stdout:  # the first case is over: its control planes run
                if "PASS" in line:
                    break
            begun = programs_of(ASSETS) - before
            self.assertTrue(begun, "no control plane to be seen")
            handles = [os.pidfd_open(one) for one in begun]
            running.send_signal(signal.SIGKILL)
            running.wait()
        for handle in handles:  # each of them ends, or the test's own time limit does
            self.assertTrue(select.select([handle], [], [], 20)[0], "a program of a killed run still runs")
            os.close(handle)

    def test_scenarios_with_more_clusters_than_api_servers_are_skipped(self):
        done = self.run_kitfox("run", TOP / "scenarios/isolation/marks-stay-at-home.yaml", "--world", "live", "--control-planes", 1,
                               environment={"KUBEBUILDER_ASSETS": str(ASSETS)})
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertRegex(done.stdout, r"SKIPPED .*clusters need as many API servers; at most 1 ")


class Choice(Live):
    """Which API server is used is never left to chance."""

    def complaint(self, *words, **variables):
        environment = {"KUBEBUILDER_ASSETS": "", "KUBECONFIG": "", **variables}
        done = self.run_kitfox("run", TOP / "scenarios/questions", "--world", "live", *words, environment=environment)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return done.stderr

    def test_nothing_to_choose_from(self):
        self.assertRegex(self.complaint(PATH="/nowhere"), "KUBEBUILDER_ASSETS")

    def test_assets_without_programs(self):
        self.assertRegex(self.complaint(KUBEBUILDER_ASSETS="/nowhere", PATH="/nowhere"), "no program etcd in /nowhere")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    ASSETS = find_assets(FOLDER)
    if ASSETS is None:
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
