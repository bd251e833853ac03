"""Holds the chart against helm's lint, against rendered output that was looked at, and against the role that kitfox's
scenarios give the agent. Needs the real helm, oldest and newest; where they cannot be had it exits with 77."""

import argparse
import json
import pathlib
import subprocess
import unittest

import clients

CHART = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = CHART / "test" / "golden"
KEY = "apiKey=ixfx_k8s_demo.secret"
options = argparse.Namespace()


def helm(version, *arguments):
    return subprocess.run([options.clients[version] / "helm", *arguments], capture_output=True, text=True,
                          timeout=clients.PATIENCE_S)


def render(version, *arguments):
    return helm(version, "template", "incidentfox-agent", str(CHART), "--namespace", "incidentfox", *arguments)


def rights(role):
    """What a role grants, one (group, resource, verb) each."""
    return {(group, resource, verb) for rule in role["rules"] for group in rule["apiGroups"]
            for resource in rule["resources"] for verb in rule["verbs"]}


class Chart(unittest.TestCase):
    def test_lint_finds_nothing(self):
        for version in options.clients:
            done = helm(version, "lint", "--strict", str(CHART), "--set", KEY, "--set", "clusterName=prod-us-east-1")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn("[WARNING]", done.stdout)
            self.assertNotIn("[ERROR]", done.stdout)

    def test_renders_what_was_looked_at(self):
        cases = {"default": ["--set", KEY, "--set", "clusterName=prod-us-east-1"],
                 "everything": ["-f", str(CHART / "test" / "everything.yaml")]}
        for version in options.clients:
            for name, arguments in cases.items():
                done = render(version, *arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                golden = GOLDEN / f"{name}.yaml"
                if options.write:
                    golden.parent.mkdir(exist_ok=True)
                    golden.write_text(done.stdout, encoding="utf-8")
                self.assertEqual(done.stdout, golden.read_text(encoding="utf-8"), f"{golden}: --write renews it")

    def test_values_that_cannot_work_are_refused(self):
        refused = {"apiKey is required": [],
                   "apiKey": ["--set", "apiKey=password"],
                   "logLevel": ["--set", KEY, "--set", "logLevel=LOUD"],
                   "replicaCount": ["--set", KEY, "--set", "replicaCount=-1"],
                   "gatewayUrl": ["--set", KEY, "--set", "gatewayUrl=gateway"],
                   "namespaces": ["--set", KEY, "--set", "rbac.namespaceRestriction.enabled=true"],
                   "clustername": ["--set", KEY, "--set", "clustername=typo"]}
        for version in options.clients:
            for word, arguments in refused.items():
                done = render(version, *arguments)
                self.assertNotEqual(done.returncode, 0, word)
                self.assertIn(word, done.stderr)

    def test_another_key_starts_other_pods_and_the_same_does_not(self):
        for version in options.clients:
            sums = [[line for line in render(version, "--set", key).stdout.splitlines() if "checksum/" in line]
                    for key in (KEY, KEY, "apiKey=ixfx_k8s_demo.other")]
            self.assertEqual(sums[0], sums[1])
            self.assertNotEqual(sums[0], sums[2])
            self.assertEqual(len(sums[0]), 1)

    def test_grants_what_the_scenarios_grant(self):
        for version in options.clients:
            with_role = clients.Cluster(options.kitfox, options.clients[version], "--agent-rbac")
            installed = clients.Cluster(options.kitfox, options.clients[version])
            try:
                done = installed.run(f"kubectl create namespace incidentfox && helm install incidentfox-agent {CHART} "
                                     f"--namespace incidentfox --set {KEY}")
                self.assertEqual(done.returncode, 0, done.stderr)
                roles = [json.loads(cluster.run("kubectl get clusterrole incidentfox-agent -o json").stdout)
                         for cluster in (with_role, installed)]
                self.assertEqual(rights(roles[0]), rights(roles[1]))
                self.assertEqual(len(rights(roles[1])), 3 * 4 + 1 + 3 * 2 + 3 + 2)
            finally:
                self.assertEqual([with_role.stop(), installed.stop()], [0, 0])


if __name__ == "__main__":
    clients.main("chart test", __doc__, "the rendered output", options)
