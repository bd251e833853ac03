"""Types the commands of the agent's documentation with the real kubectl and helm, oldest and newest, against a fake
cluster, checks how each ends and what it prints, and holds the newest transcript against the one in README.md.

Pods are Ready at once here and nothing runs in them: that the agent connects is not shown. Where the clients cannot be
had it exits with 77."""

import argparse
import functools
import http.server
import pathlib
import re
import threading
import unittest

import clients

CHART = pathlib.Path(__file__).resolve().parents[1]
README = CHART / "README.md"
BEGIN, END = "<!-- transcript -->\n", "<!-- end of transcript -->\n"
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

# The command, how it ends, and what its output (of standard error too) must match.
STEPS = [
    ("helm repo add incidentfox https://charts.incidentfox.ai", 0, "has been added to your repositories"),
    ("helm repo update", 0, "Update Complete"),
    ("kubectl create namespace incidentfox", 0, "^namespace/incidentfox created$"),
    ("helm install incidentfox-agent incidentfox/incidentfox-k8s-agent --namespace incidentfox "
     "--set apiKey=ixfx_k8s_YOUR_API_KEY --set clusterName=prod-us-east-1", 0, "STATUS: deployed"),
    ("kubectl rollout status deployment/incidentfox-agent -n incidentfox --timeout=30s", 0, "successfully rolled out"),
    ("kubectl get pods -n incidentfox", 0, rf"^{POD} +1/1 +Running +0 +{AGE}$"),
    (f"kubectl logs -n incidentfox {SELECT}", 0, "^$"),
    (f"kubectl logs -n incidentfox {SELECT} --tail=100", 0, "^$"),
    ("helm list -n incidentfox", 0, r"incidentfox-agent\s+incidentfox\s+1\s.*deployed\s+incidentfox-k8s-agent-0.1.0"),
    ("helm status incidentfox-agent -n incidentfox", 0, "STATUS: deployed"),
    ("kubectl get clusterrole incidentfox-agent", 0, "^incidentfox-agent "),
    ("kubectl get clusterrolebinding incidentfox-agent", 0, "ClusterRole/incidentfox-agent"),
    (f"kubectl auth can-i list pods --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list secrets --as={AGENT}", 1, "^no$"),
    (f"kubectl auth can-i delete pods --as={AGENT}", 1, "^no$"),
    (f"kubectl describe pod -n incidentfox {SELECT}", 0, r"Service Account: +incidentfox-agent|^Status: +Running"),
    ("kubectl create namespace production && kubectl create namespace staging", 0, "namespace/staging created"),
    ("helm upgrade incidentfox-agent incidentfox/incidentfox-k8s-agent --namespace incidentfox "
     "--set apiKey=ixfx_k8s_YOUR_API_KEY --set clusterName=prod-us-east-1 -f values.yaml --wait --timeout 60s", 0,
     "REVISION: 2"),
    (f"kubectl auth can-i list pods -n production --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list statefulsets.apps -n staging --as={AGENT}", 0, "^yes$"),
    (f"kubectl auth can-i list pods -n default --as={AGENT}", 1, "^no$"),
    ("kubectl get clusterrole incidentfox-agent", 1, "NotFound"),
    ("helm upgrade incidentfox-agent incidentfox/incidentfox-k8s-agent --namespace incidentfox --reuse-values "
     "--set resources.requests.memory=256Mi --set resources.limits.memory=512Mi", 0, "REVISION: 3"),
    (f"kubectl delete pod -n incidentfox {SELECT}", 0, rf'^pod "{POD}" deleted'),
    (f"kubectl wait --for=condition=Ready pod -n incidentfox {SELECT} --timeout=30s", 0, "condition met"),
    ("helm rollback incidentfox-agent 1 -n incidentfox --wait --timeout 60s", 0, "Rollback was a success"),
    ("helm history incidentfox-agent -n incidentfox", 0, "Rollback to 1"),
    # After the rollback: what kubectl scaled is kubectl's, and helm 4 does not take it back without being told.
    ("kubectl scale deployment incidentfox-agent -n incidentfox --replicas=2", 0, "scaled$"),
    ("kubectl get deployment incidentfox-agent -n incidentfox", 0, rf"^incidentfox-agent +2/2 +2 +2 +{AGE}$"),
    ("kubectl label deployment incidentfox-agent -n incidentfox team=payments", 0, "labeled$"),
    ("kubectl explain deployment.spec.replicas", 0, "integer"),
    ("helm uninstall incidentfox-agent -n incidentfox --wait", 0, 'release "incidentfox-agent" uninstalled'),
    ("kubectl get all -n incidentfox", 0, "No resources found in incidentfox namespace."),
    ("kubectl delete namespace incidentfox --timeout=30s", 0, '^namespace "incidentfox" deleted'),
    ("kubectl get namespace incidentfox", 1, "NotFound"),
]
# kubectl 1.24 reads explanations from OpenAPI v2, which has no definitions here.
NOT_WITH = {"v24": {"kubectl explain deployment.spec.replicas"}}


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Repository:
    """The chart, packed and served as a helm repository."""

    def __init__(self, cluster):
        folder = cluster.home / "charts"
        done = cluster.run(f"helm package {CHART} -d {folder} && helm repo index {folder}")
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


def steady(text):
    """Without what no two runs share: dates, ages, the order of a hash map."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* \S+ \S+", "DATE", text)
    text = re.sub(r"\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}", "DATE", text)
    text = re.sub(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", "DATE", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "DATE", text)
    text = re.sub(rf"(?m) {AGE}$", " 1s", text)
    text = "\n".join(line.rstrip() for line in text.splitlines())
    # helm 4 shows kinds in the order of a hash map.
    kinds = list(re.finditer(r"(?ms)^==> .*?(?=^==> |^TEST SUITE|\Z)", text))
    if not kinds:
        return text
    ordered = "\n\n".join(sorted(kind.group().rstrip() for kind in kinds))
    return text[:kinds[0].start()] + ordered + "\n\n" + text[kinds[-1].end():]


class Walkthrough(unittest.TestCase):
    maxDiff = None

    def walk(self, version):
        cluster = clients.Cluster(options.kitfox, options.clients[version])
        repository = Repository(cluster)
        lines = []
        try:
            (cluster.home / "values.yaml").write_text(VALUES, encoding="utf-8")
            for command, code, pattern in STEPS:
                if command in NOT_WITH.get(version, ()):
                    continue
                done = cluster.run(command.replace("https://charts.incidentfox.ai", repository.url))
                text = (done.stdout + done.stderr).strip()
                with self.subTest(f"{version}: {command}"):
                    self.assertEqual(done.returncode, code, text)
                    self.assertRegex(text, re.compile(pattern, re.MULTILINE))
                lines += [f"$ {command}", *steady(text).splitlines()]
        finally:
            repository.stop()
            self.assertEqual(cluster.stop(), 0)
        return lines

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
