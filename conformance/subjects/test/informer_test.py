#!/usr/bin/env python3
"""Informers of @kubernetes/client-node end up with what the fake API server has, whatever befell their lists and watches on the way.

  informer_test.py --kitfox BIN --subject FOLDER/agent.yaml --npm FOLDER

The packages are those of the JavaScript subject, installed in FOLDER; exits with 77 where that cannot be done.
"""
import argparse
import contextlib
import json
import pathlib
import queue
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "fakes" / "test"))
from subject_test import install

PATIENCE_S = 60
LISTS_MAX = 4  # a client that asks more often than that runs in circles
SLOW_MS = 700
options = argparse.Namespace()

# What befalls the requests for ConfigMaps in the namespace of that name; 60 bytes are the beginning of an event.
FAULTS = {
    "undisturbed": [],
    "gone-in-the-stream": ["{answer: gone, verb: watch"],
    "gone-by-status": ["{answer: status, status: 410, verb: watch"],
    "reset": ["{answer: reset, body_bytes: 60, verb: watch"],
    "cut": ["{answer: close, body_bytes: 60, verb: watch"],
    "unavailable": ["{answer: status, status: 503, verb: list", "{answer: status, status: 429, retry_after_s: 1, verb: watch"],
    "slow-list": [f"{{answer: slow, delay_ms: {SLOW_MS}, verb: list"],
    "slow-and-gone": ["{answer: gone, verb: watch", f"{{answer: slow, delay_ms: {SLOW_MS}, nth: 2, verb: list"],
}
MUST_LIST_AGAIN = {"gone-in-the-stream", "gone-by-status", "unavailable", "slow-and-gone"}


def lines_into(stream, take):
    def read():
        for line in stream:
            with contextlib.suppress(json.JSONDecodeError):
                take(json.loads(line))
    reader = threading.Thread(target=read)
    reader.start()
    return reader


class Cluster:
    """The fake with a namespace a fault, two ConfigMaps in each, and what was asked of it."""

    def __init__(self, folder):
        self.out = folder / "out"
        maps = [f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, namespace: {ns}}}, data: {{value: '1'}}}}"
                for ns in FAULTS for name in "ab"]
        spaces = [f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}}}}}" for ns in FAULTS]
        rules = [f"{rule}, namespace: {ns}, resource: configmaps, times: 1}}" for ns, rules in FAULTS.items() for rule in rules]
        for name, documents in (("objects.yaml", spaces + maps), ("faults.yaml", rules)):
            (folder / name).write_text("\n---\n".join(documents))
        self.process = subprocess.Popen([options.kitfox, "fake", "apiserver", "--out", str(self.out), "--objects",
                                         str(folder / "objects.yaml"), "--faults", str(folder / "faults.yaml"),
                                         "--token", "other=tester,system:masters"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.process.stdout.readline()  # what clients need is written by now
        self.asked = []  # by the informers
        self.all_noted = threading.Event()
        self.slow_lists = queue.Queue()  # namespaces, while they wait for a list that is answered but not sent
        self.reader = lines_into(self.process.stderr, self.note)

    def note(self, record):
        if record.get("target") == "/healthz":
            self.all_noted.set()
        if record.get("resource") != "configmaps" or record.get("verb") not in ("list", "watch") or record["user"] != "admin":
            return
        self.asked.append((record["namespace"], record["verb"]))
        if record["namespace"].startswith("slow") and record["verb"] == "list" and record.get("fault"):
            self.slow_lists.put(record["namespace"])

    def call(self, method, path, body=None, content_type="application/json"):
        request = urllib.request.Request(self.url + path, method=method, data=body and json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer other", "Content-Type": content_type})
        trusting = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.out / "ca.crt")))
        with urllib.request.build_opener(urllib.request.ProxyHandler({}), trusting).open(request, timeout=PATIENCE_S) as answer:
            return answer.read()

    def count_of(self, ns, verb):
        if not self.all_noted.is_set():
            self.call("GET", "/healthz")  # behind what was asked before
            self.all_noted.wait(PATIENCE_S)
        return self.asked.count((ns, verb))

    def add(self, ns, name):
        self.call("POST", f"/api/v1/namespaces/{ns}/configmaps", {"metadata": {"name": name}, "data": {"value": "1"}})

    def change_everything(self, ns):
        path = f"/api/v1/namespaces/{ns}/configmaps/"
        self.call("PATCH", path + "a", {"data": {"value": "2"}}, "application/merge-patch+json")
        self.call("DELETE", path + "b")
        self.add(ns, "c")

    def holds(self, ns):
        items = json.loads(self.call("GET", f"/api/v1/namespaces/{ns}/configmaps"))["items"]
        return {item["metadata"]["name"]: item["data"]["value"] for item in items}

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Informers:
    def __init__(self, kubeconfig):
        program = options.installed / "informers.mjs"
        self.process = subprocess.Popen([shutil.which("node"), str(program), str(kubeconfig), *FAULTS],
                                        stdout=subprocess.PIPE, text=True)
        self.held = {}
        self.changed = threading.Condition()
        self.reader = lines_into(self.process.stdout, self.note)

    def note(self, record):
        with self.changed:
            if "holds" in record:
                self.held[record["namespace"]] = record["holds"]
            self.changed.notify_all()

    def wait_for(self, ns, wanted):
        with self.changed:
            self.changed.wait_for(lambda: self.held.get(ns) == wanted, PATIENCE_S)
            return self.held.get(ns)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stdout.close()


class InformersSurvive(unittest.TestCase):
    def test_whatever_befalls_their_lists_and_watches(self):
        with tempfile.TemporaryDirectory(prefix="kitfox-informers-") as name:
            cluster = Cluster(pathlib.Path(name))
            try:
                informers = Informers(cluster.out / "kubeconfig")
                try:
                    self.play(cluster, informers)
                finally:
                    informers.stop()
            finally:
                self.assertEqual(cluster.stop(), 0)

    def play(self, cluster, informers):
        # What is written while a list is under way is in neither, and must come with the watch.
        slow = {"slow-list", "slow-and-gone"}
        while slow:
            ns = cluster.slow_lists.get(timeout=PATIENCE_S)
            cluster.add(ns, "late")
            slow.discard(ns)
        for ns in FAULTS:
            wanted = {"a": "1", "b": "1", **({"late": "1"} if ns.startswith("slow") else {})}
            self.assertEqual(informers.wait_for(ns, wanted), wanted, f"{ns}: at first")
        for ns in FAULTS:
            cluster.change_everything(ns)
        for ns in FAULTS:
            wanted = cluster.holds(ns)
            self.assertEqual(wanted["a"], "2")
            self.assertEqual(informers.wait_for(ns, wanted), wanted, f"{ns}: in the end")
        for ns in FAULTS:
            lists = cluster.count_of(ns, "list")
            self.assertLessEqual(lists, LISTS_MAX, ns)
            self.assertGreaterEqual(lists, 2 if ns in MUST_LIST_AGAIN else 1, ns)
            self.assertGreaterEqual(cluster.count_of(ns, "watch"), 1 if ns in ("undisturbed", "slow-list") else 2, ns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kitfox", required=True)
    parser.add_argument("--subject", type=pathlib.Path, required=True)
    parser.add_argument("--npm", type=pathlib.Path, required=True)
    parser.parse_args(namespace=options)
    options.installed = install(options.subject, options.npm).parent
    unittest.main(argv=sys.argv[:1], verbosity=2)
