"""Types the commands of the agent's documentation with the real kubectl and helm, oldest and newest, against a fake
cluster, checks how each ends and what it prints, and holds the newest transcript against the one in README.md.

The pods are the real agent, as processes of the fake cluster, and connect to a real gateway. Where the clients cannot be
had it exits with 77."""

import argparse
import contextlib
import functools
import hashlib
import http.client
import http.server
import json
import pathlib
import re
import shutil
import ssl
import sys
import threading
import unittest

import clients

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "conformance" / "subject" / "test"))
import separate_gateway  # noqa: E402

CHART = pathlib.Path(__file__).resolve().parents[1]
README = CHART / "README.md"
BEGIN, END = "<!-- transcript -->\n", "<!-- end of transcript -->\n"
GATEWAY = "https://orchestrator.incidentfox.ai/gateway"
AGE = r"\d+[smhd](?:\d+[smhd])?"
AGENT = "system:serviceaccount:incidentfox:incidentfox-agent"
SELECT = "-l app.kubernetes.io/name=incidentfox-k8s-agent"
POD = r"incidentfox-agent-[a-z0-9]+-[a-z0-9]+"
options = argparse.Namespace()

VALUES = """rbac:
  namespaceRestriction:
    enabled: true
    namespaces:
      - production
      - staging
  additionalRules:
    - apiGroups: ["apps"]
      resources: ["statefulsets"]
      verbs: ["get", "list", "watch"]
"""

CHART_NAME = "incidentfox/incidentfox-k8s-agent"
NOT_READY = f"kubectl wait --for=condition=Ready=false pod -n incidentfox {SELECT} --timeout=60s"
CRASHED = "until kubectl get pods -n incidentfox | grep CrashLoopBackOff; do :; done"
CLUSTER = '"cluster_name": "prod-us-east-1"'

# What is done in the dashboard, as the gateway's API has it: method, path, status, and what the answer must match.
MAKE_KEY = ("POST", "/api/v1/team/k8s-clusters", 201, CLUSTER)
MAKE_ANOTHER_KEY = ("POST", "/api/v1/team/k8s-clusters/CLUSTER/keys", 201, "token")
REVOKE_KEY = ("DELETE", "/api/v1/team/k8s-clusters/CLUSTER/keys/KEY", 204, "^$")
IS_CONNECTED = ("GET", "/internal/clusters", 200, CLUSTER)
NONE_IS_CONNECTED = ("GET", "/internal/clusters", 200, r'"total": 0')

# The command, how it ends, and what its output (of standard error too) must match.
STEPS = [
    ("helm repo add incidentfox https://charts.incidentfox.ai", 0, "has been added to your repositories"),
    ("helm repo update", 0, "Update Complete"),
    MAKE_KEY,
    ("kubectl create namespace incidentfox", 0, "^namespace/incidentfox created$"),
    (f"helm install incidentfox-agent {CHART_NAME} --namespace incidentfox "
     "--set apiKey=ixfx_k8s_YOUR_API_KEY --set clusterName=prod-us-east-1", 0, "STATUS: deployed"),
    ("kubectl rollout status deployment/incidentfox-agent -n incidentfox --timeout=30s", 0, "successfully rolled out"),
    ("kubectl get pods -n incidentfox", 0, rf"^{POD} +1/1 +Running +0 +{AGE}$"),
    IS_CONNECTED,
    (f"kubectl logs -n incidentfox {SELECT}", 0, '"event":"connected_to_gateway"'),
    (f"kubectl logs -n incidentfox {SELECT} --tail=1", 0, '^{.*"event":.*}$'),
    ("helm list -n incidentfox", 0, r"incidentfox-agent\s+incidentfox\s+1\s.*deployed\s+incidentfox-k8s-agent-0.1.0"),
    ("helm status incidentfox-agent -n incidentfox", 0, "STATUS: deployed"),
    ("kubectl get clusterrole incidentfox-agent", 0, "^incidentfox-agent "),
    ("kubectl get clusterrolebinding incidentfox-agent", 0, "ClusterRole/incidentfox-agent"),
    (f"kubectl auth can-i list pods --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list secrets --as={AGENT}", 1, "^no$"),
    (f"kubectl auth can-i delete pods --as={AGENT}", 1, "^no$"),
    (f"kubectl describe pod -n incidentfox {SELECT}", 0, r"Started container agent$"),
    ("kubectl top pod -n incidentfox", 0, rf"^{POD} +\d+m +[1-9]\d*Mi *$"),
    ("kubectl top node", 0, r"^kitfox +\d+m +\d+% +[1-9]\d*Mi +\d+% *$"),
    ("kubectl create namespace production && kubectl create namespace staging", 0, "namespace/staging created"),
    (f"helm upgrade incidentfox-agent {CHART_NAME} --namespace incidentfox "
     "--set apiKey=ixfx_k8s_YOUR_API_KEY --set clusterName=prod-us-east-1 -f values.yaml --wait --timeout 60s", 0,
     "REVISION: 2"),
    (f"kubectl auth can-i list pods -n production --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list statefulsets.apps -n staging --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list pods -n default --as={AGENT}", 1, "^no$"),
    ("kubectl get clusterrole incidentfox-agent", 1, "NotFound"),
    (f"helm upgrade incidentfox-agent {CHART_NAME} --namespace incidentfox --reuse-values "
     "--set resources.requests.memory=256Mi --set resources.limits.memory=512Mi --wait --timeout 60s", 0, "REVISION: 3"),
    (f"kubectl delete pod -n incidentfox {SELECT}", 0, rf'^pod "{POD}" deleted'),
    (f"kubectl wait --for=condition=Ready pod -n incidentfox {SELECT} --timeout=30s", 0, "condition met"),
    ("helm rollback incidentfox-agent 1 -n incidentfox --wait --timeout 60s", 0, "Rollback was a success"),
    ("helm history incidentfox-agent -n incidentfox", 0, "Rollback to 1"),
    MAKE_ANOTHER_KEY,
    REVOKE_KEY,
    NONE_IS_CONNECTED,
    (NOT_READY, 0, "condition met"),
    (f"kubectl delete pod -n incidentfox {SELECT}", 0, rf'^pod "{POD}" deleted'),
    (f"timeout 60 bash -c '{CRASHED}'", 0, rf"^{POD} +0/1 +CrashLoopBackOff +1 "),
    (f"kubectl logs -n incidentfox {SELECT} --previous", 0, "key_rejected"),
    ("kubectl get events -n incidentfox --field-selector reason=BackOff", 0, "Back-off restarting failed container"),
    (f"helm upgrade incidentfox-agent {CHART_NAME} --namespace incidentfox --reuse-values "
     "--set apiKey=ixfx_k8s_YOUR_NEW_API_KEY --wait --timeout 60s", 0, "REVISION: 5"),
    ("kubectl get pods -n incidentfox", 0, rf"^{POD} +1/1 +Running +0 +{AGE}$"),
    IS_CONNECTED,
    # At the end: what kubectl scaled is kubectl's, and helm 4 does not take it back without being told.
    ("kubectl scale deployment incidentfox-agent -n incidentfox --replicas=2", 0, "scaled$"),
    ("kubectl rollout status deployment/incidentfox-agent -n incidentfox --timeout=30s", 0, "successfully rolled out"),
    ("kubectl get deployment incidentfox-agent -n incidentfox", 0, rf"^incidentfox-agent +2/2 +2 +2 +{AGE}$"),
    ("kubectl label deployment incidentfox-agent -n incidentfox team=payments", 0, "labeled$"),
    ("kubectl explain deployment.spec.replicas", 0, "integer"),
    ("helm uninstall incidentfox-agent -n incidentfox --wait", 0, 'release "incidentfox-agent" uninstalled'),
    (f"kubectl wait --for=delete pod -n incidentfox {SELECT} --timeout=30s", 0, ""),
    ("kubectl get all -n incidentfox", 0, "No resources found in incidentfox namespace."),
    NONE_IS_CONNECTED,
    ("kubectl delete namespace incidentfox --timeout=30s", 0, '^namespace "incidentfox" deleted'),
    ("kubectl get namespace incidentfox", 1, "NotFound"),
]
# kubectl 1.24 reads explanations from OpenAPI v2, which has no definitions here.
# The agent takes three probes to be not ready, which one client's waiting shows as well as another's.
NOT_WITH = {"v24": {"kubectl explain deployment.spec.replicas", NOT_READY}}


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Repository:
    """The chart, packed and served as a helm repository; its defaults lead to `gateway` and trust its authority."""

    def __init__(self, cluster, gateway):
        folder = cluster.home / "charts"
        chart = shutil.copytree(CHART, cluster.home / "chart")
        values = (chart / "values.yaml").read_text(encoding="utf-8")
        authority = json.dumps((gateway.folder / "ca.pem").read_text())
        values = values.replace(f"gatewayUrl: {GATEWAY}", f"gatewayUrl: {gateway.url}")
        values = values.replace('caCertificate: ""', f"caCertificate: {authority}")
        (chart / "values.yaml").write_text(values, encoding="utf-8")
        done = cluster.run(f"helm package {chart} -d {folder} && helm repo index {folder}")
        assert done.returncode == 0, done.stderr
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      functools.partial(QuietFiles, directory=str(folder)))
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Gateway:
    """The real gateway, with what the dashboard knows of one cluster."""

    def __init__(self, program, folder):
        self.folder = folder
        folder.mkdir()
        self.running = contextlib.ExitStack()
        agents, self.port = self.running.enter_context(separate_gateway.separate_gateway(program, folder))
        self.url = f"https://127.0.0.1:{agents}/gateway"
        self.cluster = ""
        self.keys, self.key_ids = [], []

    def call(self, method, path):
        path = path.replace("CLUSTER", self.cluster)
        if "KEY" in path:
            path = path.replace("KEY", self.key_ids[0])
        body = json.dumps({"cluster_name": "prod-us-east-1"}) if method == "POST" else None
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=clients.PATIENCE_S,
                                                 context=ssl.create_default_context(cafile=self.folder / "ca.pem"))
        with contextlib.closing(connection):
            connection.request(method, path, body, {"X-Internal-Service": "admin-credential-of-acme/payments",
                                                    "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read().decode()
        told = json.loads(text) if text else {}
        if "token" in told:
            self.keys.append(told["token"])
            self.cluster = told["cluster_id"]
            self.key_ids.append(self.newest_key())
        return answer.status, text

    def newest_key(self):
        _, text = self.call("GET", "/api/v1/team/k8s-clusters/CLUSTER/keys")
        return next(key["key_id"] for key in json.loads(text)["keys"] if key["key_id"] not in self.key_ids)

    def stop(self):
        self.running.close()


class Steady:
    """Makes the same of what two runs print: dates, ages, generated names and the order of hash maps differ."""

    def __init__(self, repository, gateway):
        self.fixed = [(repository.url, "https://charts.incidentfox.ai"), (gateway.url, GATEWAY)]
        self.gateway = gateway
        self.names = {}

    def name(self, match):
        """A name of the same length for each that was generated, in the order of their appearance."""
        made = hashlib.sha256(str(len(self.names)).encode()).hexdigest()
        return self.names.setdefault(match.group(), made[:len(match.group())])

    def text(self, text):
        for variable, constant in self.fixed:
            text = text.replace(variable, constant)
        for i, key in enumerate(self.gateway.keys):
            text = text.replace(key, ("ixfx_k8s_YOUR_API_KEY", "ixfx_k8s_YOUR_NEW_API_KEY")[i])
        text = re.sub(r"(?<=incidentfox-agent-)[a-z0-9]{10}\b", self.name, text)
        text = re.sub(r"(?<=incidentfox-agent-[a-z0-9]{10}-)[a-z0-9]{5}\b", self.name, text)
        text = re.sub(r"(?<=pod-template-hash=)[a-z0-9]{10}\b", self.name, text)
        text = re.sub(r"(?<=kube-api-access-)[a-z0-9]{5}\b", self.name, text)
        text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", self.name, text)
        text = re.sub(r"(?<=checksum/configuration: )[0-9a-f]{64}", self.name, text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* \S+ \S+", "DATE", text)
        text = re.sub(r"\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}", "DATE", text)
        text = re.sub(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", "DATE", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "DATE", text)
        text = re.sub(r'\bcl_[\w-]{22}"', 'cl_ID"', text)
        text = re.sub(r'"(instance_id|key_id)": ?"[^"]+"', r'"\1":"ID"', text)
        text = re.sub(r"(?m)(?<= )\d+m +\d+Mi *$", f"{'1m':<12} 10Mi", text)
        text = re.sub(r"(?m)(?<= )\d+m +\d+% +\d+Mi +\d+% *$", f"{'1m':<12} {'1%':<8} {'10Mi':<15} 1%", text)
        text = re.sub(r"(?m)^Waiting for deployment .*\n", "", text)
        text = re.sub(rf"(?m)^{AGE} ", "1s ", text)
        text = re.sub(rf"(?m) {AGE}$", " 1s", text)
        text = re.sub(rf"\({AGE} ago\)", "(1s ago)", text)
        text = re.sub(rf"(?m)^(  (?:Normal|Warning)  +\w+ +)\S.*?  (?=\S+  )", r"\1 1s  ", text)
        text = "\n".join(line.rstrip() for line in text.splitlines())
        return self.ordered(text)

    @staticmethod
    def ordered(text):
        # helm 4 shows kinds in the order of a hash map.
        kinds = list(re.finditer(r"(?ms)^==> .*?(?=^==> |^TEST SUITE|\Z)", text))
        if not kinds:
            return text
        ordered = "\n\n".join(sorted(kind.group().rstrip() for kind in kinds))
        return text[:kinds[0].start()] + ordered + "\n\n" + text[kinds[-1].end():]


def agents_of(server):
    """Processes of the agent that the server started."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            text = status.read_text(encoding="utf-8")
            if f"\nPPid:\t{server}\n" in text and text.startswith("Name:\tkitfox-agent"):
                found.append(int(status.parent.name))
    return found


class Walkthrough(unittest.TestCase):
    maxDiff = None

    def walk(self, version):
        programs = pathlib.Path(options.kitfox).parent
        cluster = clients.Cluster(options.kitfox, options.clients[version], "--run-pods",
                                  "--image", f"ghcr.io/incidentfox/*={programs / 'kitfox-agent'}")
        self.addCleanup(cluster.end)
        gateway = Gateway(programs / "kitfox-gateway", cluster.home / "gateway")
        repository = Repository(cluster, gateway)
        steady = Steady(repository, gateway)
        lines = []
        try:
            (cluster.home / "values.yaml").write_text(VALUES, encoding="utf-8")
            for step in STEPS:
                if step[0] in NOT_WITH.get(version, ()):
                    continue
                if len(step) == 4:
                    lines += self.in_the_dashboard(version, gateway, step, steady)
                    continue
                command, code, pattern = step
                typed = command.replace("https://charts.incidentfox.ai", repository.url)
                for i, name in ((0, "ixfx_k8s_YOUR_API_KEY"), (1, "ixfx_k8s_YOUR_NEW_API_KEY")):
                    if name in typed:
                        typed = typed.replace(name, gateway.keys[i])
                done = cluster.run(typed)
                text = (done.stdout + done.stderr).strip()
                self.assertEqual(done.returncode, code, f"{version}: {command}: {text}")
                self.assertRegex(text, re.compile(pattern, re.MULTILINE), f"{version}: {command}")
                lines += [f"$ {command}", *steady.text(text).splitlines()]
            self.assertEqual(agents_of(cluster.process.pid), [])
        finally:
            repository.stop()
            gateway.stop()
            self.assertEqual(cluster.stop(), 0)
        return lines

    def in_the_dashboard(self, version, gateway, step, steady):
        method, path, wanted, pattern = step
        status, text = gateway.call(method, path)
        self.assertEqual(status, wanted, f"{version}: {method} {path}: {text}")
        shown = json.dumps(json.loads(text)) if text else ""
        self.assertRegex(shown, pattern, f"{version}: {method} {path}")
        return [f"# The gateway, {method} {path}: {status}", *(f"# {line}" for line in steady.text(shown).splitlines())]

    def test_with_the_oldest_clients(self):
        self.walk(clients.VERSIONS[0])

    def test_with_the_newest_clients_as_the_readme_shows(self):
        lines = self.walk(clients.VERSIONS[-1])
        transcript = "```console\n" + "\n".join(lines) + "\n```\n"
        readme = README.read_text(encoding="utf-8")
        start, end = readme.index(BEGIN) + len(BEGIN), readme.index(END)
        if options.write:
            readme = readme[:start] + transcript + readme[end:]
            README.write_text(readme, encoding="utf-8")
            return
        self.assertEqual(readme[start:end], transcript, "--write renews it")


if __name__ == "__main__":
    clients.main("walkthrough", __doc__, "the transcript", options)
