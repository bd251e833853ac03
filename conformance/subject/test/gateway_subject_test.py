#!/usr/bin/env python3
"""`kitfox test gateway` against a gateway that somebody else started, with keys made in the ways that a subject file can declare."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from separate_gateway import TEAMS, separate_gateway

KITFOX = pathlib.Path(os.environ["KITFOX"])
QUICK = ("connect/agent-becomes-reachable", "revocation/revoked-key-loses-stream", "isolation/foreign-cluster", "revocation/rotation-loses-nothing")
REACH = """kitfox: subject/v1
role: gateway
name: somebody's gateway
profiles: [core, fleet, secure]
reach:
  agents: https://127.0.0.1:{agents}/gateway
  callers: https://127.0.0.1:{callers}
  authority: "${{HERE}}/ca.pem"
  credentials: {{caller: "caller-credential-of-${{ORG}}/${{TEAM}}", administrator: "admin-credential-of-${{ORG}}/${{TEAM}}"}}
  teams: [{teams}]
"""
REQUESTS = """keys:
  make:
    request:
      url: /api/v1/team/k8s-clusters
      headers: {X-Internal-Service: "${ADMINISTRATOR}"}
      body: '{"cluster_name": "${CLUSTER}", "display_name": "of a test"}'
      status: 201
  another: {request: {url: "${CALLERS_URL}/api/v1/team/k8s-clusters/${CLUSTER_ID}/keys", headers: {X-Internal-Service: "${ADMINISTRATOR}"}, body: "{}"}}
  revoke: {request: {method: DELETE, url: "/api/v1/team/k8s-clusters/${CLUSTER_ID}", headers: {X-Internal-Service: "${ADMINISTRATOR}"}}}
  revoke_key: {request: {method: DELETE, url: "/api/v1/team/k8s-clusters/${CLUSTER_ID}/keys/${KEY_ID}", headers: {X-Internal-Service: "${ADMINISTRATOR}"}}}
  answer: {key: /token, cluster_id: /cluster_id}
"""
TOOL = f'python3, -B, {HERE / "make_key.py"}'
COMMANDS = "keys:\n" + "".join(
    f'  {key}: {{command: [{TOOL}, {word}, "${{CALLERS_URL}}", "${{ADMINISTRATOR}}", "${{HERE}}/ca.pem", "{which}"]}}\n'
    for key, word, which in (("make", "make", "${CLUSTER}"), ("another", "another", "${CLUSTER_ID}"), ("revoke", "revoke", "${CLUSTER_ID}"),
                             ("revoke_key", "revoke-key", '${CLUSTER_ID}", "${KEY_ID}')))


class SeparateGateway(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="kitfox-gateway-")))
        self.agents, self.callers = self.enterContext(separate_gateway(KITFOX.parent / "kitfox-gateway", self.folder))

    def judge(self, keys, *arguments, teams=TEAMS, **changed):
        file = self.folder / "gateway.yaml"
        text = REACH.format(agents=changed.get("agents", self.agents), callers=self.callers, teams=", ".join(teams))
        file.write_text(text + keys)
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run([KITFOX, "test", "gateway", "--subject", file, "--out", out, *arguments], capture_output=True, text=True,
                              timeout=280, check=False)
        results = json.loads((out / "results.json").read_text()) if (out / "results.json").exists() else {}
        return done, results

    def verdicts(self, results):
        return {case["name"].split("@")[0]: case["verdict"] for case in results["cases"]}

    def expect_all_to_pass(self, keys):
        for case in QUICK:
            done, results = self.judge(keys, "--filter", f"{case}*@*")
            self.assertEqual(set(self.verdicts(results).values()), {"pass"}, done.stdout + done.stderr)

    def test_keys_are_made_and_revoked_by_requests(self):
        self.expect_all_to_pass(REQUESTS)

    def test_keys_are_made_and_revoked_by_commands(self):
        self.expect_all_to_pass(COMMANDS)

    def test_the_check_of_the_subject_file_tells_how_far_it_came(self):
        done, _ = self.judge(REQUESTS, "--check-subject", teams=["globex/search"])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for step in ("can be reached", "makes a key", "lets an agent in with it", "carries a caller's command", "refuses a key that was never issued",
                     "revokes a cluster"):
            self.assertRegex(done.stdout, rf"(?m)^ok +{step}$")
        done, _ = self.judge(REQUESTS.replace("cluster_id: /cluster_id", "cluster_id: /display_name"), "--check-subject")
        self.assertEqual(done.returncode, 1)
        self.assertIn("keys.answer.cluster_id", done.stdout)
        self.assertIn("Nothing can be said about the program before this is mended.", done.stdout)

    def test_a_gateway_that_kitfox_starts_is_checked_too(self):
        gateway = KITFOX.parent / "kitfox-gateway"
        done = subprocess.run([KITFOX, "test", "gateway", "--check-subject", "--", gateway], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok +ends on SIGTERM$")
        done = subprocess.run([KITFOX, "test", "gateway", "--check-subject", "--", "/bin/false"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^FAILS +starts and listens: .*exited with 1")

    def check_started(self, *more):
        file = self.folder / "started.yaml"
        shell = f"trap '' TERM; trap 'kill $child' INT; {KITFOX.parent / 'kitfox-gateway'} & child=$!; wait $child; wait $child"
        file.write_text("kitfox: subject/v1\nrole: gateway\nname: wrapped\n" + f"command: [bash, -c, {json.dumps(shell)}]\n" + "\n".join(more) + "\n")
        return subprocess.run([KITFOX, "test", "gateway", "--check-subject", "--subject", file], capture_output=True, text=True, timeout=100, check=False)

    def test_one_that_ends_on_another_signal_says_which(self):
        done = self.check_started("stop: {signal: SIGINT}", 'ready: {log: "listening", within: 30s}')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok +ends on SIGINT$")
        done = self.check_started()
        self.assertRegex(done.stdout, r"(?m)^FAILS +ends on SIGTERM: it runs on 10 s after SIGTERM")

    def test_one_that_never_says_that_it_is_ready_is_not_up(self):
        done = self.check_started('ready: {log: "Open for business", within: 2s}')
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^FAILS +starts and listens")

    def test_without_a_recipe_they_are_made_by_the_specification_s_routes(self):
        self.expect_all_to_pass("")

    def test_what_would_stop_it_or_needs_what_is_not_declared_is_skipped_with_its_reason(self):
        only_make = REQUESTS.split("  another:")[0].replace("${CLUSTER}", "${CLUSTER}-${UNIQUE}") + "  answer: {key: /token, cluster_id: /cluster_id}\n"
        for case, reason in (("disconnect/gateway-restart", "reached by URL and not started here"), ("revocation/revoked-key-loses-stream", "`keys.revoke` would declare")):
            done, results = self.judge(only_make, "--filter", f"{case}*@*")
            self.assertEqual(done.returncode, 4, done.stdout)
            for one in results["cases"]:
                self.assertIn(reason, one["skipped_because"])

    def test_a_team_that_it_does_not_know_is_skipped(self):
        done, _ = self.judge("", "--filter", "isolation/foreign-cluster*", teams=["acme/payments"])
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("which `reach.teams` does not name", done.stdout)

    def test_a_key_that_cannot_be_made_says_what_came_instead(self):
        for keys, told in ((REQUESTS.replace("key: /token", "key: /secret"), "the answer has no text at /secret"),
                           (REQUESTS.replace("${ADMINISTRATOR}", "nobody"), "POST /api/v1/team/k8s-clusters: HTTP 401"),
                           ("keys: {make: {command: 'sh -c \"echo no such tenant >&2; exit 3\"'}}\n", "sh exited with 3; no such tenant")):
            done, _ = self.judge(keys, "--filter", "connect/agent-becomes-reachable@*")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(told, done.stdout)

    def test_one_that_cannot_be_reached_is_named(self):
        done, _ = self.judge("", "--filter", "connect/agent-becomes-reachable@*", agents=1)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("must be reached at https://127.0.0.1:1/gateway", done.stdout)


if __name__ == "__main__":
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
