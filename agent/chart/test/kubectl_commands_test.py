"""kubectl diff, drain and explain, and discovery in one document, with the real kubectl, oldest and newest, against a fake cluster.

Where the clients cannot be had it exits with 77."""

import argparse
import json
import re
import unittest

import clients

AGE = r"\d+[smhd](?:\d+[smhd])?"
options = argparse.Namespace()

NODES = "\n---\n".join(f"""apiVersion: v1
kind: Node
metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}}}}}
status: {{conditions: [{{type: Ready, status: "True"}}]}}""" for name in ("node-a", "node-b"))

WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
"""

BUDGET = """apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
"""


class KubectlCommands(unittest.TestCase):
    flags = ("--workloads", "--aggregated-discovery")

    def each(self, play):
        for version in clients.VERSIONS:
            with self.subTest(version):
                cluster = clients.Cluster(options.kitfox, options.clients[version], *self.flags, "--objects", options.nodes)
                self.version, self.cluster = version, cluster
                try:
                    (cluster.home / "web.yaml").write_text(WEB.replace("REPLICAS", "2"))
                    (cluster.home / "more.yaml").write_text(WEB.replace("REPLICAS", "3"))
                    (cluster.home / "budget.yaml").write_text(BUDGET)
                    self.expect("kubectl apply -f web.yaml", 0, "^deployment.apps/web created$")
                    self.expect("kubectl rollout status deployment/web --timeout=30s", 0, "successfully rolled out")
                    play()
                finally:
                    self.assertEqual(cluster.stop(), 0)

    def expect(self, command, code, pattern):
        done = self.cluster.run(command)
        text = (done.stdout + done.stderr).strip()
        self.assertEqual(done.returncode, code, f"{command}: {text}")
        self.assertRegex(text, re.compile(pattern, re.MULTILINE), command)
        return text

    def asked(self):
        """The paths that were asked for, up to one that stands for the end."""
        self.expect("kubectl get --raw /healthz && grep -q -m 1 /healthz <(tail --pid=$$ -n +1 -f server.log)", 0, "^ok$")
        with (self.cluster.home / "server.log").open(encoding="utf-8") as log:
            lines = [json.loads(line) for line in log if line.startswith("{")]
        return [line["target"].partition("?")[0] for line in lines if line.get("event") == "kubernetes_request"]

    def test_diff_shows_what_apply_would_change_and_changes_nothing(self):
        self.each(self.play_diff)

    def play_diff(self):
        revision = "kubectl get deployment web -o jsonpath={.metadata.resourceVersion}"
        before = self.cluster.run(revision).stdout
        self.expect("kubectl diff -f web.yaml", 0, "^$")
        shown = self.expect("kubectl diff -f more.yaml", 1, r"^-  replicas: 2\n\+  replicas: 3$")
        self.assertRegex(shown, r"(?m)^-  generation: \d+\n\+  generation: \d+$")
        self.expect("kubectl diff --server-side --force-conflicts -f more.yaml", 1, r"^-  replicas: 2\n\+  replicas: 3$")
        self.assertEqual(self.cluster.run(revision).stdout, before)
        self.expect("kubectl apply -f more.yaml", 0, "configured$")
        self.expect("kubectl diff -f more.yaml", 0, "^$")

    def test_drain_evicts_as_far_as_a_budget_lets_it(self):
        self.each(self.play_drain)

    def play_drain(self):
        self.expect("kubectl get pods -o wide", 0, r"web-\S+ +1/1 +Running .* node-a ")
        self.expect("kubectl apply -f budget.yaml", 0, "^poddisruptionbudget.policy/web created$")
        self.expect("kubectl get pdb", 0, rf"^web +2 +N/A +0 +{AGE}$")
        refused = self.expect("kubectl drain node-a --ignore-daemonsets --timeout=2s", 1, "Cannot evict pod as it would violate")
        self.assertNotIn(" evicted", refused)
        self.expect("kubectl get nodes", 0, "^node-a +Ready,SchedulingDisabled ")
        self.expect("kubectl scale deployment web --replicas=3", 0, "scaled$")
        self.expect("kubectl get pdb", 0, rf"^web +2 +N/A +1 +{AGE}$")
        self.expect("kubectl get pods -o wide", 0, r"web-\S+ +1/1 +Running .* node-b ")
        drained = self.expect("kubectl drain node-a --ignore-daemonsets --timeout=60s", 0, "^node/node-a drained$")
        self.assertEqual(len(re.findall(r"(?m)^pod/web-\S+ evicted$", drained)), 2)
        shown = self.cluster.run("kubectl get pods -o wide").stdout
        self.assertEqual(len(re.findall(r" node-b ", shown)), 3, shown)
        self.expect("kubectl cordon node-b", 0, "cordoned$")
        self.expect("kubectl scale deployment web --replicas=4", 0, "scaled$")
        self.expect("kubectl get pods", 0, rf"web-\S+ +0/1 +Pending +0 +{AGE}$")
        self.expect("kubectl uncordon node-a", 0, "^node/node-a uncordoned$")
        self.expect("kubectl rollout status deployment/web --timeout=30s", 0, "successfully rolled out")
        self.expect("kubectl get pods -o wide", 0, r"web-\S+ +1/1 +Running .* node-a ")

    def test_explain(self):
        self.each(self.play_explain)

    def play_explain(self):
        if self.version == "v24":
            return  # reads explanations from OpenAPI v2, which has no definitions here
        self.expect("kubectl explain deployment.spec.replicas", 0, "integer")
        self.expect("kubectl explain pods.spec.containers", 0, r"image\s+<string>")
        self.expect("kubectl explain pods --recursive", 0, r"terminationGracePeriodSeconds\s+<integer>")
        self.expect("kubectl explain poddisruptionbudgets.spec.minAvailable", 0, "FIELD: minAvailable")
        self.expect("kubectl explain pods.spec.nothing", 1, 'field "nothing" does not exist')
        self.expect("kubectl explain nothings", 1, "doesn't have a resource type")

    def test_discovery_in_one_document_says_the_same_as_by_group(self):
        lists = {}
        for name, flags in (("by group", ("--workloads",)), ("aggregated", ("--workloads", "--aggregated-discovery"))):
            self.flags = flags
            self.each(lambda name=name: self.play_discovery(name, lists))
        for version in clients.VERSIONS:
            self.assertEqual(lists[version, "by group"], lists[version, "aggregated"])

    def play_discovery(self, name, lists):
        done = self.cluster.run("kubectl api-resources -o wide && kubectl api-versions")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lists[self.version, name] = sorted(re.sub(r" +", " ", line.rstrip()) for line in done.stdout.splitlines())
        asked = self.asked()
        in_one = name == "aggregated" and self.version != "v24"
        self.assertEqual("/apis/apps/v1" in asked, not in_one, f"{name}, {self.version}")
        self.assertIn("/apis", asked)
        self.expect("kubectl get all", 0, "^deployment.apps/web ")


def main():
    with clients.tempfile.TemporaryDirectory(prefix="kitfox-nodes-") as folder:
        options.nodes = f"{folder}/nodes.yaml"
        with open(options.nodes, "w", encoding="utf-8") as file:
            file.write(NODES)
        clients.main("kubectl commands", __doc__, "nothing", options)


if __name__ == "__main__":
    main()
