"""`kitfox fake apiserver` as a process: its options, what it writes, how it ends."""

import base64
import http.server
import json
import os
import pathlib
import select
import signal
import ssl
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
from running_program import PATIENCE_S, RunningProgram, TakenPort, run_to_end  # noqa: E402

KITFOX = sys.argv.pop(1)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n"

# $$ is how Kubernetes writes one $.
RUNNING = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: default}
spec:
  volumes: [{name: state, emptyDir: {}}]
  containers:
    - name: c
      image: "own:1"
      command: [sh, -c, "read -r ns <$CONTAINER_SANDBOX_MOUNT_POINT/var/run/secrets/kubernetes.io/serviceaccount/namespace; \
        echo namespace $ns; touch $FILE; echo pid $$$$; exec sleep 1000"]
      env: [{name: FILE, value: /state/ready}]
      volumeMounts: [{name: state, mountPath: /state}]
      readinessProbe: {exec: {command: [test, -e, /state/ready]}, periodSeconds: 1}
"""
ASKED = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: default}
spec:
  containers:
    - {name: c, image: own, command: [sleep, "1000"], readinessProbe: {httpGet: {port: PORT, path: /ready}, periodSeconds: 1}}
"""

JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: j, namespace: default}
spec:
  template:
    spec:
      restartPolicy: Never
      volumes: [{name: state, emptyDir: {}}]
      initContainers:
        - name: first
          image: "own:1"
          command: [sh, -c, "echo prepared >$FILE"]
          env: [{name: FILE, value: /state/text}]
          volumeMounts: [{name: state, mountPath: /state}]
      containers:
        - name: c
          image: "own:1"
          command: [sh, -c, "cat $FILE"]
          env: [{name: FILE, value: /state/text}]
          volumeMounts: [{name: state, mountPath: /state}]
"""


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


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

    def test_runs_a_job_to_its_end_behind_its_init_container(self):
        with self.start("--run-pods", "--image", "own*=", "--objects", self.file(JOB)) as program:
            with self.open(program, "/apis/batch/v1/namespaces/default/jobs?watch=1&resourceVersion=0", "admin") as watch:
                ended = next(job for job in (json.loads(line)["object"] for line in watch) if job.get("status", {}).get("conditions"))
            self.assertEqual(ended["status"]["conditions"][0]["type"], "Complete")
            self.assertEqual(ended["status"]["succeeded"], 1)
            pods = self.status(program, "/api/v1/namespaces/default/pods", "admin")[1]["items"]
            self.assertEqual([pod["status"]["phase"] for pod in pods], ["Succeeded"])
            with self.open(program, f"/api/v1/namespaces/default/pods/{pods[0]['metadata']['name']}/log?container=c", "admin") as log:
                self.assertEqual(log.read(), b"prepared\n")

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

    def await_ready(self, program):
        with self.open(program, "/api/v1/namespaces/default/pods?watch=1", "admin") as events:
            for line in events:
                status = json.loads(line)["object"]["status"].get("containerStatuses", [{}])[0]
                if status.get("ready"):
                    return
        self.fail("the watch ended before the pod was ready")

    def start_pod(self):
        """A server whose pod runs, and a handle of the pod's process."""
        program = self.start("--run-pods", "--image", "own*=", "--objects", self.file(RUNNING))
        self.addCleanup(program.stop)
        self.await_ready(program)
        with self.open(program, "/api/v1/namespaces/default/pods/p/log?follow=1", "admin") as log:
            self.assertEqual(log.readline(), b"namespace default\n")
            return program, os.pidfd_open(int(log.readline().split()[1]))

    def test_runs_pods_that_end_with_it_also_when_it_is_killed(self):
        for how, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
            program, process = self.start_pod()
            self.assertEqual(program.stop(how), code)
            self.assertEqual(select.select([process], [], [], PATIENCE_S)[0], [process])
            os.close(process)

    def test_asks_probes_over_http(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ready) as web:
            threading.Thread(target=web.serve_forever, daemon=True).start()
            pod = ASKED.replace("PORT", str(web.server_port))
            with self.start("--run-pods", "--image", "own=", "--objects", self.file(pod)) as program:
                self.await_ready(program)
            web.shutdown()

    def expect_refusal(self, arguments, code, words):
        seen, errors = run_to_end(KITFOX, "apiserver", "--out", str(self.out), *arguments)
        self.assertEqual(seen, code, errors)
        self.assertIn(words, errors)

    def test_refuses_bad_options(self):
        self.expect_refusal(["--frob"], 2, "--frob")
        self.expect_refusal(["--listen", "nowhere"], 2, "is not ADDRESS:PORT")
        self.expect_refusal(["--token", "t"], 2, "is not TOKEN=USER[,GROUP...]")
        self.expect_refusal(["--run-pods", "--image", "x"], 2, "is not PATTERN=COMMAND")
        self.expect_refusal(["--image", "x=y"], 2, "--run-pods")
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
