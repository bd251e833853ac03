#!/usr/bin/env python3
"""`kitfox test agent --attach`: the agent is started by whoever reads what kitfox prints, here by this test."""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

KITFOX = pathlib.Path(os.environ["KITFOX"])
AGENT = pathlib.Path(__file__).resolve().parent.parent.parent / "subjects" / "python" / "agent.py"


class Attach(unittest.TestCase):
    def setUp(self):
        self.out = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="kitfox-attach-")))
        self.agents, self.prelude = [], ""

    def end_agents(self):
        for one in self.agents:
            one.kill()
            one.wait()
        self.agents.clear()

    def start_agent(self, environment):
        env = {"PATH": os.environ["PATH"], **environment}
        program = [AGENT] if not self.prelude else ["-c", f"{self.prelude}import sys; sys.path.insert(0, {str(AGENT.parent)!r}); "
                                                           "from outbound_agent.program import main; sys.exit(main())"]
        self.agents.append(subprocess.Popen([sys.executable, "-B", *program], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def follow(self, *arguments, start=True):
        """Does what a person would who reads along; all that was printed, and the results."""
        command = [KITFOX, "test", "agent", "--attach", "--subject", AGENT.with_suffix(".yaml"), "--out", self.out, *arguments]
        told, environment = [], {}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as kitfox:
            for line in kitfox.stdout:
                told.append(line)
                if line.startswith("export "):
                    name, _, value = shlex.split(line)[1].partition("=")
                    environment[name] = value
                elif line.startswith("# Waiting for it to dial") and start:
                    self.start_agent(environment)
                elif line.startswith("# This case is over: end its agents."):
                    self.end_agents()
        self.addCleanup(self.end_agents)
        path = self.out / "results.json"
        return kitfox.returncode, "".join(told), json.loads(path.read_text()) if path.exists() else {"cases": []}

    def test_an_agent_that_is_started_as_told_is_judged(self):
        status, told, results = self.follow("--filter", "rbac/denial-is-said@*")
        self.assertEqual([case["verdict"] for case in results["cases"]], ["pass"], told)
        self.assertRegex(told, r"# Start a new process of agent \S+/0 of cluster")
        self.assertNotEqual(status, 1)

    def test_one_case_follows_the_other(self):
        _, told, results = self.follow("--filter", "rbac/*@*")
        self.assertGreater(len(results["cases"]), 2)
        self.assertEqual({case["verdict"] for case in results["cases"]}, {"pass"}, told)

    def test_cases_of_many_agents_are_played_by_who_starts_as_many(self):
        case = "replicas/two-agents-with-one-key@*"
        _, told, results = self.follow("--filter", case, "--agents", "1", start=False)
        self.assertIn("it has 2 agents, and --agents allows for 1 to be started by hand", told)
        _, told, results = self.follow("--filter", "herd/gateway-is-killed@*", "--agents", "3", start=False)
        self.assertEqual({one["verdict"] for one in results["cases"]}, {"skipped"}, told)
        _, told, results = self.follow("--filter", "disconnect/clean-end-a-thousand-times@*", "--agents", "8")
        self.assertEqual({one["verdict"] for one in results["cases"]}, {"pass"}, told)
        self.assertGreater(told.count("# Start a new process of agent"), 3)

    def test_an_agent_that_was_not_started_anew_for_its_case_is_told(self):
        self.prelude = 'import secrets; secrets.token_urlsafe = lambda size=16: "the-same-again"; '
        _, told, results = self.follow("--filter", "rbac/*denial*@*")
        verdicts = sorted(one["verdict"] for one in results["cases"])
        self.assertEqual(verdicts, ["harness-error", "pass"], told)
        self.assertIn("was there in an earlier case: every case needs agents that are started anew", told)

    def test_what_needs_its_process_to_be_ended_is_skipped_with_its_reason(self):
        _, told, results = self.follow("--filter", "shutdown/idle-agent*@*", start=False)
        self.assertEqual({case["verdict"] for case in results["cases"]}, {"skipped"}, told)
        self.assertIn('it has "stop" of an agent, which was not started here', told)

    def test_an_agent_that_never_dials_ends_the_wait_and_is_no_failure_of_the_agent(self):
        status, told, results = self.follow("--filter", "rbac/denial-is-said@*", "--patience", "1", start=False)
        self.assertEqual([case["verdict"] for case in results["cases"]], ["harness-error"], told)
        self.assertIn("did not start", told)
        self.assertNotIn(status, (0, 1))

    def test_a_command_beside_it_is_a_mistake(self):
        done = subprocess.run([KITFOX, "test", "agent", "--attach", "--", "./agent"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--attach starts nothing", done.stderr)


if __name__ == "__main__":
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
