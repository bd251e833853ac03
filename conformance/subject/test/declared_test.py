#!/usr/bin/env python3
"""What a subject declares and does not have is a failure; what it does not declare is a skip, counted and with its reason."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

KITFOX = pathlib.Path(os.environ["KITFOX"])
PYTHON = pathlib.Path(__file__).resolve().parent.parent.parent / "subjects" / "python"
# The agent in Python, which has forgotten one command.
FORGETFUL = f"import sys; sys.path.insert(0, {str(PYTHON)!r}); import outbound_agent.params as p; del p.COMMANDS['list_services']; " \
            "from outbound_agent.program import main; sys.exit(main())"


class Declared(unittest.TestCase):
    def judge(self, role, case, *arguments):
        with tempfile.TemporaryDirectory(prefix="kitfox-declared-") as out:
            done = subprocess.run([KITFOX, "test", role, "--filter", case, "--out", out, *arguments], capture_output=True, text=True, timeout=120, check=False)
            path = pathlib.Path(out) / "results.json"
            results = json.loads(path.read_text()) if path.exists() else {"cases": []}
        return done, results

    def agent(self, case, offers, takes, *command):
        declared = (["--offers", offers] if offers else []) + (["--takes", takes] if takes else [])
        return self.judge("agent", case, *declared, "--", *command)

    def test_a_command_that_is_offered_and_not_known_is_a_failure(self):
        done, results = self.agent("commands/every-command*@*", "all", "all", sys.executable, "-B", "-c", FORGETFUL)
        self.assertEqual([one["verdict"] for one in results["cases"]], ["fail"], done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.splitlines()[-1].startswith("NOT CONFORMANT"), done.stdout)

    def test_a_command_that_is_not_offered_is_a_skip_that_the_verdict_counts(self):
        done, results = self.agent("commands/every-command*@*", "list_nodes", "all", sys.executable, "-B", "-c", FORGETFUL)
        self.assertEqual([one["verdict"] for one in results["cases"]], ["skipped"], done.stdout)
        self.assertIn("it sends list_deployments, an optional command that was not declared", results["cases"][0]["skipped_because"])
        self.assertIn("1 case was skipped, with reasons", results["claim"]["verdict"])
        self.assertFalse(results["claim"]["conformant"])

    def test_the_commands_that_everybody_has_cannot_be_left_out(self):
        done, _ = self.agent("stream/*", "list_pods", "all", "/bin/true")
        self.assertEqual(done.returncode, 2)
        self.assertIn('"list_pods" is no optional command', done.stderr)

    def test_a_probe_file_that_is_declared_and_never_there_is_a_failure(self):
        keeps_none = ["env", "-u", "KITFOX_PROBE_FILE", sys.executable, "-B", str(PYTHON / "agent.py")]
        done, results = self.agent("connect/agent-becomes-reachable@*", "all", "probe_file", *keeps_none)
        self.assertEqual([one["verdict"] for one in results["cases"]], ["fail"], done.stdout)
        self.assertIn("CON-4", {one["requirement"] for one in results["cases"][0]["findings"]})
        done, results = self.agent("connect/agent-becomes-reachable@*", "all", "", *keeps_none)
        self.assertEqual([one["verdict"] for one in results["cases"]], ["skipped"], done.stdout)
        self.assertIn("it looks at readiness", results["cases"][0]["skipped_because"])

    def test_a_known_failure_that_is_none_any_more_fails_a_run_of_all_its_cases(self):
        agent = ["--takes", "all", "--known-failure", "SSE-7 # issue 12", "--requirement", "SSE-7", "--", sys.executable, "-B", str(PYTHON / "agent.py")]
        done, results = self.judge("agent", "*", *agent)
        self.assertEqual({one["verdict"] for one in results["cases"]}, {"pass"}, done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.splitlines()[-1].startswith("STALE: SSE-7"), done.stdout)
        done, results = self.judge("agent", results["cases"][0]["name"], *agent)
        self.assertEqual({one["verdict"] for one in results["cases"]}, {"pass"}, done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_way_to_revoke_that_revokes_nothing_is_a_failure(self):
        with tempfile.TemporaryDirectory(prefix="kitfox-declared-") as folder:
            subject = pathlib.Path(folder) / "gateway.yaml"
            text = f"kitfox: subject/v1\nrole: gateway\nname: mine\ncommand: [{KITFOX.parent / 'kitfox-gateway'}]\nprofiles: [core, fleet, secure]\n"
            subject.write_text(text + "keys:\n" + MAKE + "  revoke: {command: 'true'}\n" + ANSWER)
            done, results = self.judge("gateway", "revocation/revoked-during-backoff@*", "--subject", subject)
            self.assertEqual([one["verdict"] for one in results["cases"]], ["fail"], done.stdout + done.stderr)
            subject.write_text(text + "keys:\n" + MAKE + ANSWER)
            done, results = self.judge("gateway", "revocation/revoked-during-backoff@*", "--subject", subject)
            self.assertEqual([one["verdict"] for one in results["cases"]], ["skipped"], done.stdout + done.stderr)
            self.assertIn("`keys.revoke` would declare", results["cases"][0]["skipped_because"])


MAKE = """  make: {request: {url: /api/v1/team/k8s-clusters, headers: {X-Internal-Service: "${ADMINISTRATOR}"}, body: '{"cluster_name": "${CLUSTER}", "display_name": "x"}'}}
"""
ANSWER = "  answer: {key: /token, cluster_id: /cluster_id}\n"

if __name__ == "__main__":
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
