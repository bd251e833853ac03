#!/usr/bin/env python3
"""kitfox as its users meet it: exit statuses, flags, what a failure says, reports. Everything here runs in virtual time."""
import json
import pathlib
import re
import shlex
import subprocess
import unittest
import xml.etree.ElementTree

from kitfox_program import HERE, KITFOX, TOP, ProgramTest, main
from json_schema import complaints


class ExitStatus(ProgramTest):
    def test_a_run_that_passes_ends_with_0(self):
        self.assertEqual(self.call("run", self.scenario("passes")).status, 0)

    def test_a_broken_promise_ends_with_1(self):
        self.assertEqual(self.call("run", self.scenario("fails")).status, 1)

    def test_a_mistake_in_a_scenario_ends_with_2_before_anything_runs(self):
        done = self.call("run", self.scenario("mistaken"), self.scenario("passes"))
        self.assertEqual(done.status, 2)
        self.assertIn('mistaken.yaml:9:5: steps[0]: unknown verb "awiat"; did you mean "await"?', done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_mistake_in_an_argument_ends_with_2_and_the_nearest_word(self):
        path = self.scenario("passes")
        for arguments, complaint in (
            (["--requirement", "REC-44"], '--requirement: unknown requirement "REC-44"; did you mean "REC-4"?'),
            (["--seed", "x"], '--seed: expected a number (7) or a range (1..20), got "x"'),
            (["--agent-command", "a", "--agent-takes", "backof_cap"], '--agent-takes: unknown name "backof_cap"; did you mean "backoff_cap"?'),
            (["--agent-takes", "all"], "--agent-takes says something of --agent-command, which is missing"),
            (["--agent-command", "my 'agent"], "--agent-command: a quote is left open"),
            (["--agent-command", "sh", "--world", "sim"], "other programs than the reference run in sockets only"),
            (["--agree"], "--agree compares sockets cases with sim"),
        ):
            done = self.call("run", path, *arguments)
            self.assertEqual(done.status, 2, arguments)
            self.assertIn(complaint, done.stderr)

    def test_a_fault_that_never_had_an_occasion_ends_with_3(self):
        done = self.call("run", self.scenario("unclear"))
        self.assertEqual(done.status, 3)
        self.assertIn("the fault to fire", done.stdout)

    def test_nothing_executed_ends_with_4(self):
        self.assertEqual(self.call("run", self.scenario("passes"), "--filter", "herd/*").status, 4)

    def test_a_run_in_which_every_case_was_skipped_ends_with_4_and_says_why(self):
        done = self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", "/bin/true")
        self.assertEqual(done.status, 4)
        reason = "it sets agent.backoff_cap, which --agent-takes does not name"
        self.assertIn("SKIPPED", done.stdout)
        self.assertIn(reason, done.stdout)
        self.assertIn("0 passed, 0 failed, 1 skipped", done.stdout)
        self.assertEqual(done.case()["verdict"], "skipped")
        self.assertEqual(done.case()["skipped_because"], reason)
        self.assertEqual(done.results()["executed"], 0)

    def test_a_folder_that_cannot_be_made_ends_with_2(self):
        (self.folder / "out").write_text("in the way")
        self.assertEqual(self.run_kitfox(self.scenario("passes")).status, 2)

    def test_every_status_stands_in_the_help(self):
        text = self.call("run", "--help").stdout
        for status in ("0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "130 "):
            self.assertRegex(text, rf"(?m)^  {status}")


class Flags(ProgramTest):
    def names(self, *arguments):
        done = self.run_kitfox(*arguments)
        self.assertEqual(done.status, 0, done.stdout + done.stderr)
        return [one["name"] for one in done.results()["cases"]]

    def test_seed_takes_one_or_a_range(self):
        path = self.scenario("passes")
        self.assertEqual(self.names(path, "--seed", "7"), ["connect/passes@sim#7"])
        self.assertEqual(self.names(path, "--seed", "2..4"), [f"connect/passes@sim#{seed}" for seed in (2, 3, 4)])

    def test_all_seeds_are_those_of_the_scenario(self):
        self.assertEqual(len(self.names(self.scenario("passes", seeds=3), "--all-seeds")), 3)

    def test_filter_and_requirement_select(self):
        self.scenario("passes")
        self.scenario("outage")
        self.assertEqual(self.names(str(self.folder), "--filter", "*/passes@*"), ["connect/passes@sim#1"])
        self.assertEqual(self.names(str(self.folder), "--requirement", "REC-2"), ["connect/outage@sim#1"])

    def test_jobs_changes_neither_order_nor_results(self):
        path = self.scenario("outage")
        hashes = []
        for jobs in ("1", "3"):
            done = self.run_kitfox(path, "--seed", "1..6", "--jobs", jobs)
            hashes.append([(one["name"], one["trace_hash"]) for one in done.results()["cases"]])
        self.assertEqual(hashes[0], hashes[1])

    def test_fail_on_makes_inconclusive_a_failure(self):
        path = self.scenario("unclear")
        self.assertEqual(self.call("run", path, "--fail-on", "inconclusive").status, 1)
        self.assertEqual(self.call("run", path, "--fail-on", "fail").status, 3)

    def test_fail_on_makes_a_skipped_case_a_failure(self):
        paths = [self.scenario("passes"), self.scenario("needs-a-setting")]
        agent = ["--agent-command", f"'{KITFOX.parent}/kitfox-agent'"]
        for arguments, status in (([], 0), (["--fail-on", "skipped"], 1)):
            done = self.run_kitfox(*paths, *agent, *arguments)
            self.assertEqual(done.status, status, done.stdout + done.stderr)
            self.assertIn("1 passed, 0 failed, 1 skipped", done.stdout)

    def test_quiet_shows_only_what_did_not_pass(self):
        done = self.call("run", self.scenario("passes"), self.scenario("fails"), "--quiet")
        self.assertNotIn("connect/passes@", done.stdout)
        self.assertIn("connect/fails@sim#1", done.stdout)

    def test_twice_passes_where_both_runs_are_the_same(self):
        self.assertEqual(self.names(self.scenario("outage"), "--twice"), ["connect/outage@sim#1"])

    def test_one_line_a_case_with_its_progress_and_no_control_characters(self):
        done = self.call("run", self.scenario("passes"), "--seed", "1..3", "--jobs", "1")
        lines = [line for line in done.stdout.splitlines() if "@sim#" in line]
        self.assertEqual(len(lines), 3)
        for number, line in enumerate(lines, 1):
            self.assertRegex(line, rf"^\[   {number}/3\] PASS          connect/passes@sim#{number}  \d+\.\d\d s \(\d+ s virtual\)$")
        self.assertNotIn("\x1b", done.stdout)
        self.assertNotIn("\r", done.stdout)

    def test_agree_of_two_transcripts_of_one_case(self):
        path = self.scenario("outage")
        self.run_kitfox(path, "--seed", "1..2")
        first, second = sorted(str(one) for one in (self.folder / "out" / "transcripts").iterdir())
        self.assertEqual(self.call("agree", first, second).status, 0)
        # A story in which the agent never came back.
        kept = [line for line in pathlib.Path(second).read_text().splitlines() if '"name":"connected"' not in line]
        pathlib.Path(second).write_text("\n".join(kept) + "\n")
        done = self.call("agree", first, second)
        self.assertEqual(done.status, 1)
        self.assertIn("disagree on agent prod/0\n  connect/outage@sim#1  started, connected, disconnected, connected\n"
                      "  connect/outage@sim#2  started\n", done.stdout)


class FailureOutput(ProgramTest):
    def test_a_failure_says_all_that_is_needed_to_go_on(self):
        done = self.run_kitfox(self.scenario("fails"), "--seed", "5")
        text = done.stdout
        self.assertIn("connect/fails@sim#5: A case of the tests", text)
        self.assertRegex(text, r"REC-9 \(MUST, agent\): \S+")
        self.assertIn("expected: exactly 0 dials", text)
        self.assertIn("actual:   1", text)
        self.assertIn("timeline around the first divergence:", text)
        self.assertRegex(text, r"(?m)^> +\d+\.\d{6} s  ")
        self.assertIn("seed 5; run it again: ", text)
        self.assertIn(f"transcript: {self.folder}/out/transcripts/connect_fails@sim#5.jsonl", text)
        self.assertTrue((self.folder / "out/transcripts/connect_fails@sim#5.jsonl").exists())

    def test_the_command_that_it_prints_runs_the_same_case_to_the_same_end(self):
        done = self.run_kitfox(self.scenario("fails"), "--seed", "4..5", "--twice")
        for one in done.results()["cases"]:
            self.assertIn("--twice", one["reproduce"])
            again = subprocess.run([*shlex.split(one["reproduce"]), "--out", str(self.folder / "again")],
                                   capture_output=True, text=True, timeout=100, check=False)
            self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
            case, = json.loads((self.folder / "again/results.json").read_text())["cases"]
            self.assertEqual((case["name"], case["trace_hash"]), (one["name"], one["trace_hash"]))

    def test_the_command_that_it_prints_keeps_the_programs_and_their_quotes(self):
        done = self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", "/bin/true 'a b'",
                               "--gateway-command", "/bin/false", "--gateway-takes", "drain_window")
        words = shlex.split(done.case()["reproduce"])
        self.assertEqual(words[:2], [str(KITFOX), "run"])
        self.assertEqual(words[words.index("--agent-command") + 1], "/bin/true 'a b'")
        self.assertEqual(words[words.index("--gateway-command") + 1], "/bin/false")
        self.assertEqual(words[words.index("--gateway-takes") + 1], "drain_window")


class Judging(ProgramTest):
    def test_transcripts_judged_again_have_the_same_verdicts(self):
        self.run_kitfox(*(self.scenario(name) for name in ("passes", "fails", "unclear", "outage")))
        for one in json.loads((self.folder / "out/results.json").read_text())["cases"]:
            done = self.call("judge", str(self.folder / "out" / one["transcript"]))
            self.assertEqual(done.status, {"pass": 0, "fail": 1, "inconclusive": 3}[one["verdict"]], one["name"])
            self.assertIn(f"{one['verdict'].upper():<13} {one['name']}", done.stdout)
            if one["verdict"] != "pass":
                self.assertIn(f"{one['name']}: {one['title']}", done.stdout)
                again = shlex.split(done.stdout.split("run it again: ")[1].splitlines()[0])
                self.assertEqual(self.call(*again[1:]).status, done.status, again)

    def test_the_whole_corpus_judged_again_has_the_same_verdicts(self):
        done = self.run_kitfox(str(TOP / "scenarios"), "--quiet")
        cases = done.results()["cases"]
        self.assertGreater(len(cases), 100)
        again = self.call("judge", *(str(self.folder / "out" / one["transcript"]) for one in cases)).stdout
        told = {name: word.lower() for word, name in re.findall(r"(?m)^\[ *\d+/\d+\] ([A-Z-]+) +(\S+@sim#\d+)", again)}
        self.assertEqual(told, {one["name"]: one["verdict"] for one in cases})


class Reports(ProgramTest):
    def reports(self):
        self.run_kitfox(*(self.scenario(name) for name in ("passes", "fails", "unclear", "outage")))
        return self.folder / "out"

    def schema(self, name):
        return json.loads((TOP / "conformance" / name).read_text())

    def test_results_json_keeps_to_its_schema(self):
        results = json.loads((self.reports() / "results.json").read_text())
        self.assertEqual(complaints(results, self.schema("report/results.schema.json")), [])

    def test_skipped_cases_keep_to_the_schema_too(self):
        done = self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", "/bin/true")
        self.assertEqual(complaints(done.results(), self.schema("report/results.schema.json")), [])

    def test_every_line_of_a_transcript_keeps_to_its_schema(self):
        schema = self.schema("transcript/transcript.schema.json")
        lines = 0
        for path in (self.reports() / "transcripts").iterdir():
            for number, line in enumerate(path.read_text().splitlines(), 1):
                self.assertEqual(complaints(json.loads(line), schema), [], f"{path.name}:{number}")
                lines += 1
        self.assertGreater(lines, 50)

    def test_junit_xml_keeps_to_the_schema_that_jenkins_reads(self):
        path = self.reports() / "junit.xml"
        done = subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", path], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_junit_xml_tells_failures_errors_and_skips_apart(self):
        root = xml.etree.ElementTree.parse(self.reports() / "junit.xml").getroot()
        suite, = root
        self.assertEqual((root.get("tests"), root.get("failures"), root.get("errors")), ("4", "1", "1"))
        self.assertEqual((suite.get("name"), suite.get("tests"), suite.get("skipped")), ("connect", "4", "0"))
        kinds = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
        self.assertEqual(kinds, {"connect/passes@sim#1": [], "connect/outage@sim#1": [],
                                 "connect/fails@sim#1": ["failure"], "connect/unclear@sim#1": ["error"]})

    def test_a_skipped_case_is_skipped_in_junit_xml_with_its_reason(self):
        self.run_kitfox(self.scenario("needs-a-setting"), "--agent-command", "/bin/true")
        skipped = xml.etree.ElementTree.parse(self.folder / "out/junit.xml").getroot().find("./testsuite/testcase/skipped")
        self.assertIn("agent.backoff_cap", skipped.get("message"))


    def test_every_report_is_made_again_from_the_results_and_transcripts(self):
        out = self.reports()
        for name, file in (("html", "report.html"), ("markdown", "summary.md"), ("junit", "junit.xml"), ("tap", "results.tap"), ("badge", "badge.svg")):
            done = self.call("report", str(out), "--format", name)
            self.assertEqual((done.status, done.stderr), (0, ""), name)
            self.assertEqual(done.stdout, (out / file).read_text(), name)
        self.assertEqual(self.call("report", str(out / "results.json"), "--out", str(self.folder / "again.html")).status, 0)
        self.assertEqual((self.folder / "again.html").read_text(), (out / "report.html").read_text())

    def test_the_console_s_report_is_made_again_too(self):
        out = self.reports()
        told = self.call("report", str(out), "--format", "console").stdout
        self.assertRegex(told, r"(?m)^\[   1/4\] FAIL +connect/fails@sim#1 ")
        self.assertRegex(told, r"REC-9 \(MUST, agent\): \S+")
        self.assertIn("timeline around the first divergence:", told)
        self.assertIn("2 passed, 2 failed, 0 skipped", told)

    def test_a_transcript_that_is_missing_is_named_and_costs_only_its_timeline(self):
        out = self.reports()
        (out / "transcripts/connect_fails@sim#1.jsonl").unlink()
        (out / "transcripts/connect_passes@sim#1.jsonl").write_text("no transcript\n")
        done = self.call("report", str(out))
        self.assertEqual(done.status, 0)
        self.assertIn("connect_fails@sim#1.jsonl: cannot open", done.stderr)
        self.assertIn("connect_passes@sim#1.jsonl: line 1: expected one JSON object a line", done.stderr)
        odd = out / "transcripts/connect_unclear@sim#1.jsonl"
        odd.write_text(odd.read_text().replace('"ok":true', '"ok":"yes"'))
        done = self.call("report", str(out))
        self.assertEqual(done.status, 0)
        self.assertIn("connect_unclear@sim#1.jsonl: ", done.stderr)
        self.assertEqual(re.findall(r'id="picture-(\d)"', done.stdout), ["1"])

    def test_results_of_more_than_their_bound_are_not_read(self):
        with open(self.folder / "results.json", "w") as file:
            file.truncate((256 << 20) + 1)
        done = self.call("report", str(self.folder))
        self.assertEqual(done.status, 2)
        self.assertIn("results.json: more than 268435456 bytes", done.stderr)

    def test_results_that_are_none_end_with_2_and_say_why(self):
        path = self.folder / "results.json"
        for text, complaint in (('{"kitfox": "results/v7"}', 'results.json: kitfox: expected "results/v1", found "results/v7"'), ("<xml/>", "results.json: it is not JSON"), (None, "cannot be read")):
            path.unlink(missing_ok=True)
            if text:
                path.write_text(text)
            for command in (["report", str(self.folder)], ["compare", str(self.folder), str(self.folder)]):
                done = self.call(*command)
                self.assertEqual((done.status, done.stdout), (2, ""))
                self.assertIn(complaint, done.stderr)


class Comparing(ProgramTest):
    BROKEN = {"expect:\n  - proves: REC-9\n    one_stream_per_process: {}\n": "expect:\n  - dials: {agent: \"*\", exactly: 0}\n"}

    def run_into(self, name, *scenarios):
        self.call("run", *scenarios, "--out", str(self.folder / name))
        return str(self.folder / name)

    def test_a_case_that_fails_newly_ends_with_1_and_is_named(self):
        before = self.run_into("before", self.scenario("passes"), self.scenario("outage"))
        after = self.run_into("after", self.scenario("passes", replace=self.BROKEN), self.scenario("outage"))
        done = self.call("compare", before, after)
        self.assertEqual(done.status, 1, done.stdout)
        self.assertRegex(done.stdout, r"cases newly failing \(1\)\n  pass +fail +connect/passes@sim#1\n +REC-9: ")
        self.assertRegex(done.stdout, r"requirements newly failing \(1\)\n  pass +fail +REC-9\n")
        self.assertEqual(json.loads(self.call("compare", before, after, "--format", "json").stdout)["counts"]["newly failing"], 1)
        self.assertIn("| `connect/passes@sim#1` | pass | fail |", self.call("compare", before, after, "--format", "markdown").stdout)
        back = self.call("compare", after, before)
        self.assertEqual(back.status, 0)
        self.assertIn("cases fixed (1)", back.stdout)

    def test_a_case_that_is_gone_ends_with_3_and_nothing_in_common_with_4(self):
        both = self.run_into("both", self.scenario("passes"), self.scenario("outage"))
        one = self.run_into("one", self.scenario("passes"))
        other = self.run_into("other", self.scenario("outage"))
        self.assertEqual(self.call("compare", both, both).status, 0)
        done = self.call("compare", both, one)
        self.assertEqual(done.status, 3)
        self.assertIn("cases lost (1)", done.stdout)
        self.assertEqual(self.call("compare", one, other).status, 4)


class ReferencePrograms(ProgramTest):
    def test_they_have_a_flag_for_every_setting_of_the_schema(self):
        parties = json.loads((TOP / "scenarios/schema/scenario-v1.json").read_text())["$defs"]
        for party, program in (("agent_settings", "kitfox-agent"), ("gateway_settings", "kitfox-gateway")):
            text = subprocess.run([KITFOX.parent / program, "--help"], capture_output=True, text=True, check=True).stdout
            for name in parties[party]["properties"]:
                flag = "heartbeat" if (party, name) == ("gateway_settings", "heartbeat_interval") else name.replace("_", "-")
                self.assertRegex(text, rf"--{flag}(-seconds)?[ ,]", f"{program}: {name}")


if __name__ == "__main__":
    main()
