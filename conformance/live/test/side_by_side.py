#!/usr/bin/env python3
"""Measures the fake API server beside a real one, by hand: time to start, resident memory, lists of 10,000 pods, a change that
200 watchers wait for. usage: side_by_side.py [PODS]

The real one is started by ../shared/live/start (kube-apiserver and etcd); memory is of the API server alone. KITFOX names the program kitfox.
"""
import http.client
import json
import os
import pathlib
import re
import selectors
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from live_assets import LIVE, SKIPPED

KITFOX = os.environ.get("KITFOX", "kitfox")
PODS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
WATCHERS = 200
CHANGES = 30
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


class Server:
    def __init__(self, kubeconfig, pid):
        text = pathlib.Path(kubeconfig).read_text()
        self.pid, self.token = pid, re.search(r'token"?: "?([^"\s}]+)', text)[1]
        host, port = re.search(r"https://([\d.]+):(\d+)", text).groups()
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE  # loopback, and started here
        self.address = host, int(port)
        self.connection = self.connect()

    def connect(self):
        return http.client.HTTPSConnection(*self.address, context=self.context, timeout=60)

    def ask(self, method, path, body=None, accept="application/json", content="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content, "Accept": accept}
        self.connection.request(method, path, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def measure(self):
        out = {"memory when empty, MiB": resident_mib(self.pid)}
        self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        begun = time.monotonic()
        for i in range(PODS):
            status, text = self.ask("POST", "/api/v1/namespaces/shop/pods", {
                "metadata": {"name": f"pod-{i}", "labels": {"app": f"a{i % 50}"}},
                "spec": {"nodeName": "n", "containers": [{"name": "app", "image": "app:1.0"}]}})
            assert status == 201, text
        out[f"creating {PODS} pods one by one, s"] = time.monotonic() - begun
        for name, query, accept, items in (("", "", "application/json", PODS), (" as a table", "", TABLE, PODS),
                                           (" by label", "?labelSelector=app%3Da7", "application/json", PODS // 50),
                                           (", 500 of them", "?limit=500", "application/json", min(500, PODS))):
            spans = []
            for _ in range(5):
                begun = time.monotonic()
                status, text = self.ask("GET", "/api/v1/pods" + query, accept=accept)
                spans.append(1000 * (time.monotonic() - begun))
                shown = json.loads(text)
                assert status == 200 and len(shown.get("rows") or shown["items"]) == items
            out[f"list of {PODS} pods{name}, ms"] = statistics.median(spans)
        out[f"memory with {PODS} pods, MiB"] = resident_mib(self.pid)
        out[f"until {WATCHERS} watchers know, ms"] = statistics.median(self.watched_changes())
        return out

    def watched_changes(self):
        """How long each of a number of changes takes to reach the last of the watchers."""
        _, text = self.ask("GET", "/api/v1/namespaces/shop/pods?limit=1")
        path = "/api/v1/namespaces/shop/pods?watch=1&resourceVersion=" + json.loads(text)["metadata"]["resourceVersion"]
        connections = [self.connect() for _ in range(WATCHERS)]
        waiting = selectors.DefaultSelector()
        for connection in connections:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            assert connection.getresponse().status == 200
            connection.sock.setblocking(False)
            waiting.register(connection.sock, selectors.EVENT_READ)
        spans = []
        for number in range(CHANGES):
            mark = b'"change":"%d"' % number
            begun = time.monotonic()
            status, _ = self.ask("PATCH", "/api/v1/namespaces/shop/pods/pod-0", {"metadata": {"labels": {"change": str(number)}}},
                                 content="application/merge-patch+json")
            assert status == 200
            unaware = {connection.sock: b"" for connection in connections}
            while unaware:
                for key, _ in waiting.select(60):
                    while True:
                        try:
                            received = key.fileobj.recv(65536)
                        except ssl.SSLWantReadError:
                            break
                        assert received, "a watch ended"
                        text = unaware.get(key.fileobj, b"") + received
                        if key.fileobj in unaware:
                            unaware[key.fileobj] = text
                        if mark in text:
                            unaware.pop(key.fileobj, None)
            spans.append(1000 * (time.monotonic() - begun))
        for connection in connections:
            connection.close()
        return spans


def measure_real(folder):
    begun = time.monotonic()
    subprocess.run([str(LIVE / "start"), str(folder)], check=True, stdout=subprocess.DEVNULL)
    started = time.monotonic() - begun
    try:
        pid = int((folder / "pids").read_text().split()[1])
        return {"start, s": started, **Server(folder / "kubeconfig", pid).measure()}
    finally:
        subprocess.run([str(LIVE / "stop"), str(folder)], check=False)


def measure_fake(folder):
    begun = time.monotonic()
    with subprocess.Popen([KITFOX, "fake", "apiserver", "--out", str(folder)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as running:
        try:
            running.stdout.readline()  # it says where it listens
            threading.Thread(target=running.stdout.read, daemon=True).start()
            return {"start, s": time.monotonic() - begun, **Server(folder / "kubeconfig", running.pid).measure()}
        finally:
            running.terminate()


if __name__ == "__main__":
    if not (LIVE / "start").exists():
        print(f"skipped: {LIVE / 'start'} is not there")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as place:
        fake, real = measure_fake(pathlib.Path(place)), measure_real(pathlib.Path(place) / "real")
    for name, value in fake.items():
        print(f"{name:<36} fake {value:9.3f}   real {real[name]:9.3f}   real/fake {real[name] / value:6.1f}")
