#!/usr/bin/env python3
"""A quick run ends within a minute, whatever the subject does not do."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

KITFOX = pathlib.Path(os.environ["KITFOX"])
QUICK_SECONDS = 60
DEAF = """
import http.client, os, signal, ssl, time, urllib.parse
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
url = urllib.parse.urlparse(os.environ["INCIDENTFOX_GATEWAY_URL"])
while True:
    try:
        trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        gateway = http.client.HTTPSConnection(url.hostname, url.port, context=trust)
        gateway.request("GET", url.path + "/agent/connect", headers={"Authorization": "Bearer " + os.environ["INCIDENTFOX_API_KEY"]})
        stream = gateway.getresponse()
        while stream.read1(4096):
            pass
        reads = os.environ["KUBECONFIG"]
    except OSError as failure:
        print(failure, flush=True)
    time.sleep(1)
"""


AGENT = pathlib.Path(__file__).resolve().parent.parent.parent / "subjects" / "python" / "agent.yaml"


class QuickRun(unittest.TestCase):
    def quick(self, *command):
        begun = time.monotonic()
        done = subprocess.run([KITFOX, "test", "agent", "--quick", "--", *command], capture_output=True, text=True, timeout=200, check=False)
        self.assertLess(time.monotonic() - begun, QUICK_SECONDS, done.stdout)
        return done

    def test_of_an_agent_that_never_dials_says_so(self):
        done = self.quick("sleep", "1000")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^FAILS +dials the gateway")

    def test_of_an_agent_that_answers_nothing_says_so(self):
        done = self.quick(sys.executable, "-c", DEAF)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^FAILS +reads the cluster")
        self.assertIn("it sends commands, and the subject was seen to answer none", done.stdout)
        self.assertTrue(done.stdout.splitlines()[-1].startswith("NOT CONFORMANT: the subject answered no command"), done.stdout)

    def test_a_run_whose_deadline_passes_says_what_was_not_run_and_claims_nothing(self):
        with tempfile.TemporaryDirectory(prefix="kitfox-quick-") as out:
            begun = time.monotonic()
            done = subprocess.run([KITFOX, "test", "agent", "--quick", "--deadline", "20", "--jobs", "1", "--subject", AGENT, "--out", out],
                                  capture_output=True, text=True, timeout=100, check=False)
            self.assertLess(time.monotonic() - begun, 40, done.stdout)
            results = json.loads((pathlib.Path(out) / "results.json").read_text())
            reports = {name: (pathlib.Path(out) / name).read_text() for name in ("junit.xml", "results.tap", "summary.md", "badge.svg")}
        reasons = [case["skipped_because"] for case in results["cases"] if case["verdict"] == "skipped" and "deadline" in case["skipped_because"]]
        self.assertEqual(len(reasons), results["out_of_time"])
        self.assertEqual(len(results["cases"]), results["planned"])
        self.assertTrue(any(one.startswith("not run: the deadline of the run, 20 s, passed") for one in reasons), reasons)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertRegex(done.stdout.splitlines()[-1], r"^INCOMPLETE: \d+ cases were not run, since the deadline had passed")
        self.assertFalse(results["claim"]["conformant"])
        self.assertIn("not run", reports["badge.svg"])
        for digest in (results["origin"]["corpus"], *(one["sha256"] for one in results["origin"]["digests"])):
            for name, text in reports.items():
                self.assertIn(digest, text, name)


if __name__ == "__main__":
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
