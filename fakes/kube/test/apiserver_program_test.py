"""`kitfox fake apiserver` as a process: its options, what it writes, how it ends."""

import base64
import json
import pathlib
import signal
import ssl
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
from running_program import PATIENCE_S, RunningProgram, TakenPort, run_to_end  # noqa: E402

KITFOX = sys.argv.pop(1)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n"


class ApiserverProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kitfox-apiserver-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "out"

    def start(self, *arguments):
        return RunningProgram(KITFOX, "apiserver", "--out", str(self.out), *arguments, lines=2)

    def file(self, text, name="objects.yaml"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def open(self, program, path, token):
        request = urllib.request.Request(program.lines[0] + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        trusting = ssl.create_default_context(cafile=str(self.out / "ca.crt"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=trusting))
        return opener.open(request, timeout=PATIENCE_S)

    def status(self, program, path, token=None):
        """Status of a GET, and the body as JSON."""
        try:
            with self.open(program, path, token) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def test_writes_what_clients_need(self):
        with self.start("--agent-rbac") as program:
            self.assertEqual(program.lines[1], str(self.out / "kubeconfig"))
            config = json.loads((self.out / "kubeconfig").read_text())  # JSON is YAML
            cluster = config["clusters"][0]["cluster"]
            self.assertEqual(cluster["server"], program.lines[0])
            self.assertEqual(base64.b64decode(cluster["certificate-authority-data"]),
                             (self.out / "ca.crt").read_bytes())
            self.assertEqual(config["users"][0]["user"], {"token": "admin"})
            agent = (self.out / "agent.token").read_text()
            self.assertEqual(agent.count("."), 2)
            self.assertEqual(self.status(program, "/api/v1/pods", agent)[0], 200)
            code, refusal = self.status(program, "/api/v1/secrets", agent)
            self.assertEqual((code, refusal["reason"]), (403, "Forbidden"))
        self.assertFalse((self.folder / "agent.token").exists())

    def test_knows_the_users_it_is_given(self):
        with self.start("--token", "t1=ann,team,system:masters", "--token", "t2=bob", "--admin-token", "root") as program:
            self.assertEqual(self.status(program, "/api/v1/pods", "t1")[0], 200)
            code, refusal = self.status(program, "/api/v1/pods", "t2")
            self.assertEqual(code, 403)
            self.assertIn('User "bob" cannot list resource "pods"', refusal["message"])
            self.assertEqual(self.status(program, "/api/v1/pods", "root")[0], 200)
            self.assertEqual(self.status(program, "/api/v1/pods", "admin")[0], 401)
            self.assertEqual(self.status(program, "/api/v1/pods")[0], 403)
        with self.start("--refuse-anonymous") as program:
            self.assertEqual(self.status(program, "/api/v1/pods")[0], 401)

    def test_loads_its_files(self):
        with self.start("--objects", self.file(POD)) as program:
            code, pod = self.status(program, "/api/v1/namespaces/shop/pods/p", "admin")
            self.assertEqual((code, pod["kind"]), (200, "Pod"))

    def test_ends_in_order_on_signals_also_in_the_middle_of_a_watch(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            program = self.start()
            with self.open(program, "/api/v1/pods?watch=1", "admin"):
                self.assertEqual(program.stop(how), 0, how)

    def test_changes_answers_as_its_script_says(self):
        faults = self.file("{answer: status, status: 503, retry_after_s: 2, verb: list, resource: pods, nth: 2, times: 1}\n"
                           "---\n{answer: deny, user: bob, resource: nodes}\n", "faults.yaml")
        with self.start("--faults", faults, "--token", "t=bob,system:masters") as program:
            seen = [self.status(program, "/api/v1/pods", "admin")[0] for _ in range(3)]
            self.assertEqual(seen, [200, 503, 200])
            self.assertEqual(self.status(program, "/api/v1/nodes", "admin")[0], 200)
            code, refusal = self.status(program, "/api/v1/nodes", "t")
            self.assertEqual(code, 403)
            self.assertEqual(refusal["message"], 'nodes is forbidden: User "bob" cannot list resource "nodes" in API '
                                                 'group "" at the cluster scope')
        bad = self.file("answer: deny\n---\nanswer: frob\n", "bad.yaml")
        self.expect_refusal(["--faults", bad], 2, f"{bad}:3: answer needs one of deny")

    def expect_refusal(self, arguments, code, words):
        seen, errors = run_to_end(KITFOX, "apiserver", "--out", str(self.out), *arguments)
        self.assertEqual(seen, code, errors)
        self.assertIn(words, errors)

    def test_refuses_bad_options(self):
        self.expect_refusal(["--frob"], 2, "--frob")
        self.expect_refusal(["--listen", "nowhere"], 2, "is not ADDRESS:PORT")
        self.expect_refusal(["--token", "t"], 2, "is not TOKEN=USER[,GROUP...]")
        self.expect_refusal(["--log-level", "LOUD"], 2, "LOUD")
        self.expect_refusal(["--tls-cert", self.file("x")], 2, "belong together")
        self.expect_refusal(["--objects", str(self.folder / "none.yaml")], 2, "none.yaml")

    def test_names_file_and_line_of_a_mistake_in_objects(self):
        path = self.file(POD + "---\napiVersion: v1\nkind: Frob\nmetadata: {name: x}\n")
        self.expect_refusal(["--objects", path], 2, f"{path}:5: v1 Frob is not served")
        path = self.file("apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\n")
        self.expect_refusal(["--objects", path], 2,
                            f"{path}:1: batch/v1 CronJob is not served; CronJob is served as batch/v1beta1")
        path = self.file("a: [\n")
        self.expect_refusal(["--objects", path], 2, f"{path}:")

    def test_tells_an_address_that_cannot_be_used_apart(self):
        with TakenPort() as port:
            self.expect_refusal(["--listen", f"127.0.0.1:{port}"], 5, f"127.0.0.1:{port}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
