#!/usr/bin/env python3
"""Measures the fake API server beside a real one, by hand: time to start, resident memory, a list of 10,000 pods. usage: side_by_side.py [PODS]

The real one is started by ../shared/live/start (kube-apiserver and etcd); memory is of the API server alone. KITFOX names the program kitfox.
"""
import http.client
import json
import os
import pathlib
import re
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


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


class Server:
    def __init__(self, kubeconfig, pid):
        text = pathlib.Path(kubeconfig).read_text()
        self.pid, self.token = pid, re.search(r'token"?: "?([^"\s}]+)', text)[1]
        host, port = re.search(r"https://([\d.]+):(\d+)", text).groups()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # loopback, and started here
        self.connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=60)

    def ask(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": "application/json"}
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
        for name, query in (("", ""), (" by label", "?labelSelector=app%3Da7")):
            spans = []
            for _ in range(5):
                begun = time.monotonic()
                status, text = self.ask("GET", "/api/v1/pods" + query)
                spans.append(1000 * (time.monotonic() - begun))
                assert status == 200 and len(json.loads(text)["items"]) == (PODS if not query else PODS // 50)
            out[f"list of {PODS} pods{name}, ms"] = statistics.median(spans)
        out[f"memory with {PODS} pods, MiB"] = resident_mib(self.pid)
        return out


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
