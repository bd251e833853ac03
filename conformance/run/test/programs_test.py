#!/usr/bin/env python3
"""Other programs in the reference's place, and what is left of them: real processes on loopback."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from kitfox_program import HERE, KITFOX, TOP, ProgramTest, main

AGENT = f"'{KITFOX.parent}/kitfox-agent'"
GATEWAY = f"'{KITFOX.parent}/kitfox-gateway'"
# One of each kind of thing that a program is given: keys, settings, signals, an API server, restarts of a gateway.
HANDFUL = ["backoff/short-outage", "commands/list-pods", "disconnect/clean-end-and-return", "disconnect/gateway-restart",
           "half-open/silent-link-is-noticed", "revocation/revoked-key-loses-stream", "shutdown/idle-agent-stops-at-once"]
PATIENCE_SECONDS = 30


class OtherPrograms(ProgramTest):
    def handful(self, *arguments):
        files = [str(TOP / "scenarios" / f"{name}.yaml") for name in HANDFUL]
        done = self.run_kitfox(*files, "--jobs", "2", *arguments)
        self.assertEqual(done.status, 0, done.stdout + done.stderr)
        results = done.results()
        self.assertGreaterEqual(results["counts"]["pass"], len(HANDFUL))
        self.assertEqual(results["counts"]["skipped"], 0)

    def test_the_reference_agent_passes_on_the_variables_alone(self):
        self.handful("--agent-command", AGENT, "--agent-takes", "all")

    def test_the_reference_gateway_passes_on_the_variables_alone(self):
        self.handful("--gateway-command", GATEWAY, "--gateway-takes", "all")

    def test_a_wrapper_that_stays_passes_signals_on(self):
        done = self.run_kitfox(str(TOP / "scenarios/shutdown/idle-agent-stops-at-once.yaml"),
                               "--agent-command", f"sh '{HERE}/as_a_child.sh' {AGENT}", "--agent-takes", "all")
        self.assertEqual(done.status, 0, done.stdout + done.stderr)

    def test_an_agent_without_backoff_fails_by_the_requirements_that_it_breaks(self):
        done = self.run_kitfox(self.scenario("outage"), "--agent-command", f"python3 '{TOP}/conformance/consumer_test/impatient_agent.py'")
        self.assertEqual(done.status, 1, done.stdout + done.stderr)
        broken = {one["requirement"] for one in done.case()["findings"] if one["kind"] == "failure"}
        self.assertEqual(broken, {"REC-1", "REC-2"})
        self.assertIn("REC-2 (MUST, agent): ", done.stdout)
        self.assertIn("a median delay of at least 100 ms after an error status", done.stdout)
        # What the programs wrote outlives the folder they ran in.
        self.assertIn(f"what the programs wrote: {done.out}/{done.case()['logs']}", done.stdout)
        self.assertIn("connected_to_gateway", (done.out / done.case()["logs"] / "prod-0.log").read_text())
        again = self.call("judge", str(done.out / done.case()["transcript"]))
        self.assertEqual(again.status, 1, again.stdout)
        self.assertIn(f"run it again: {done.case()['reproduce']}\n", again.stdout)

    def test_a_gateway_that_does_not_come_up_is_the_harness_s_error_and_says_what_it_said(self):
        done = self.run_kitfox(self.scenario("passes"), "--gateway-command", "sh -c 'echo no database; exit 7'")
        self.assertEqual(done.status, 5, done.stdout + done.stderr)
        self.assertIn("gateway, which exited with 7; its last line: no database", done.stdout)

    def test_a_program_that_cannot_be_started_is_a_mistake_in_an_argument(self):
        for command, said in (("/no/such/agent --flag", "/no/such/agent: No such file or directory"),
                              ("no-such-agent", 'no program "no-such-agent" in PATH'),
                              (f"'{HERE}/as_a_child.sh/'", "Not a directory"),
                              (f"'{HERE}/json_schema.py'", "Permission denied"),
                              (f"'{HERE}'", "Is a directory")):
            done = self.run_kitfox(self.scenario("passes"), "--agent-command", command)
            self.assertEqual(done.status, 2, done.stdout + done.stderr)
            self.assertIn("--agent-command: ", done.stderr)
            self.assertIn(said, done.stderr)
            self.assertFalse(done.out.exists())
        done = self.call("test", "agent", "--", "/no/such/agent")
        self.assertEqual(done.status, 2, done.stdout + done.stderr)
        self.assertIn("/no/such/agent: No such file or directory", done.stderr)

    def test_an_agent_that_refuses_what_the_scenario_gives_it_is_not_the_one_at_fault(self):
        refusing = "sh -c 'echo backoff_cap is too long; exit 2'"
        done = self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", refusing, "--agent-takes", "backoff_cap")
        self.assertEqual(done.status, 5, done.stdout + done.stderr)
        self.assertIn("prod/0, which exited with 2; its last line: backoff_cap is too long; "
                      "the scenario has it started with {backoff_cap: 2s}", done.stdout)
        # Of one that was given nothing, it is its own affair: the harness did what it should, and nothing was shown.
        done = self.run_kitfox(self.scenario("passes"), "--agent-command", refusing)
        self.assertEqual(done.status, 3, done.stdout + done.stderr)
        self.assertIn("the process of prod/0 has ended", done.stdout)

    def test_a_gateway_says_why_it_refuses_its_settings_in_every_world(self):
        hints = self.scenario("passes", settings="{gateway: {reconnect_hint_min: 10s}}")
        for world in "sim", "sockets":
            done = self.run_kitfox(hints, "--world", world)
            self.assertEqual(done.status, 5, done.stdout + done.stderr)
            self.assertIn("must lie between --reconnect-hint-min-seconds and 300", done.stdout)


class Interruption(ProgramTest):
    def processes(self):
        """Those that were given something in this test's folder."""
        out = []
        for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"{self.folder}/tmp/kitfox-".encode() in environ.read_bytes():
                    out.append(int(environ.parent.name))
            except OSError:
                pass
        return out

    def until(self, what, condition):
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, f"waiting for {what}")
            time.sleep(0.05)

    def interrupt(self, number):
        command = [KITFOX, "run", self.scenario("long"), "--agent-command", f"sh '{HERE}/as_a_child.sh' {AGENT}",
                   "--out", str(self.folder / "out")]
        with subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, text=True) as running:
            # The gateway, the wrapper and the agent that is its child.
            self.until("three processes", lambda: len(self.processes()) >= 3)
            running.send_signal(number)
            text, _ = running.communicate(timeout=PATIENCE_SECONDS)
        return running.returncode, text

    def test_a_signal_ends_every_process_also_the_children_of_a_wrapper(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                status, text = self.interrupt(number)
                self.assertEqual(status, 130, text)
                self.until("no process", lambda: not self.processes())
                self.assertEqual(os.listdir(self.folder / "tmp"), [])
                self.assertIn("interrupted: 0 of 1 cases were over", text)
                self.assertTrue((self.folder / "out/results.json").exists())

    def test_a_killed_run_leaves_no_process_and_no_folder(self):
        status, _ = self.interrupt(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.until("no process", lambda: not self.processes())
        self.until("no folder", lambda: not os.listdir(self.folder / "tmp"))

    def test_a_signal_ends_a_run_in_virtual_time_with_the_reports_of_what_was_over(self):
        command = [KITFOX, "run", str(TOP / "scenarios/shutdown"), "--world", "sim", "--seed", "1..2000", "--jobs", "1",
                   "--out", str(self.folder / "out")]
        with subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, text=True) as running:
            first = running.stdout.readline()
            running.send_signal(signal.SIGINT)
            text, _ = running.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(running.returncode, 130, text)
        self.assertIn("PASS", first)
        self.assertIn("interrupted: ", text)
        results = json.loads((self.folder / "out/results.json").read_text())
        self.assertGreaterEqual(results["counts"]["pass"], 1)


if __name__ == "__main__":
    main()
