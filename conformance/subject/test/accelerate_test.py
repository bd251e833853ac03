#!/usr/bin/env python3
"""`kitfox test agent --accelerate`: what can be made quicker is, what cannot says so and is judged at its own pace."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

KITFOX = pathlib.Path(os.environ["KITFOX"])
SUBJECTS = pathlib.Path(__file__).resolve().parent.parent.parent / "subjects"
LIBRARIES = sorted(pathlib.Path("/usr/lib").glob("*-linux-*/faketime/libfaketimeMT.so.1"))
# Waits for seconds, by its scenario; sets no floor.
CASE = "half-open/lost-translation@*"


class QuickTime(unittest.TestCase):
    def run_case(self, case, *arguments, environment=None):
        with tempfile.TemporaryDirectory(prefix="kitfox-accelerate-") as out:
            done = subprocess.run([KITFOX, "test", "agent", "--accelerate", "8", "--filter", case, "--out", out, *arguments], capture_output=True,
                                  text=True, timeout=200, check=False, env={**os.environ, **(environment or {})})
            cases = json.loads((pathlib.Path(out) / "results.json").read_text())["cases"]
        self.assertEqual({one["verdict"] for one in cases}, {"pass"}, done.stdout)
        return done.stdout, cases


class Obedient(QuickTime):
    @unittest.skipUnless(LIBRARIES, "libfaketime is not installed")
    def test_an_agent_whose_clock_obeys_is_judged_in_quick_time_and_floors_are_not(self):
        told, cases = self.run_case(CASE, "--subject", SUBJECTS / "python" / "agent.yaml")
        self.assertRegex(told, r"(?m)^clock: the subject's is 8 times as quick, by /usr/lib/\S+; 0 of 1 cases set a floor")
        self.assertEqual([one["accelerated"] for one in cases], [8])
        self.assertFalse({"REC-1", "REC-2", "REC-7"} & {each["id"] for one in cases for each in one["requirements"]})

    def test_where_there_is_no_library_every_case_is_played_at_its_own_pace(self):
        told, cases = self.run_case("rbac/denial-is-said@*", "--subject", SUBJECTS / "python" / "agent.yaml", environment={"KITFOX_LIBFAKETIME": "/nowhere"})
        self.assertRegex(told, r"(?m)^clock: --accelerate does not work here: libfaketime is not installed")
        self.assertNotIn("accelerated", cases[0])


class Disobedient(QuickTime):
    """These wait by their own clock, half a minute each."""

    @unittest.skipUnless(LIBRARIES, "libfaketime is not installed")
    def test_a_program_that_loads_it_and_goes_on_by_its_own_clock_is_told_by_its_waits(self):
        told, cases = self.run_case("rbac/denial-is-said@*", "--offers", "all", "--", "env", "-u", "FAKETIME", sys.executable, "-B", str(SUBJECTS / "python" / "agent.py"))
        self.assertRegex(told, r"(?m)^clock: --accelerate does not work here: asked to wait for 30 s it ")
        self.assertNotIn("accelerated", cases[0])

    @unittest.skipUnless(LIBRARIES, "libfaketime is not installed")
    def test_a_program_that_does_not_load_the_library_is_told_by_that(self):
        # What LD_PRELOAD says is gone for the program: as with one that is linked statically.
        told, cases = self.run_case("rbac/denial-is-said@*", "--offers", "all", "--", "env", "-u", "LD_PRELOAD", sys.executable, "-B", str(SUBJECTS / "python" / "agent.py"))
        self.assertRegex(told, r"(?m)^clock: --accelerate does not work here: the program did not load ")
        self.assertNotIn("accelerated", cases[0])

    @unittest.skipUnless(LIBRARIES, "libfaketime is not installed")
    def test_a_case_that_sets_a_floor_is_played_at_the_agents_own_pace(self):
        told, cases = self.run_case("backoff/retry-after-is-a-minimum*unavailable*@*", "--subject", SUBJECTS / "python" / "agent.yaml")
        self.assertIn("1 of 1 cases set a floor", told)
        self.assertNotIn("accelerated", cases[0])
        self.assertIn("REC-7", {each["id"] for each in cases[0]["requirements"]})


if __name__ == "__main__":
    result = unittest.main(module="__main__", argv=sys.argv[:2], exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
