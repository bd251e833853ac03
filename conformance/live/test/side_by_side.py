#!/usr/bin/env python3
"""Measures the fake API server beside a real one, by hand: time to start, resident memory, lists of 10,000 pods, a change that
200 watchers wait for. usage: side_by_side.py [PODS]

The real one is started by ../shared/live/start (kube-apiserver and etcd); memory is of the API server alone. KITFOX names the program kitfox.
"""
import contextlib
import http.client
import itertools
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
LISTS = 7
BATCH = 250
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

    def create_pods(self, numbers):
        for i in numbers:
            status, text = self.ask("POST", "/api/v1/namespaces/shop/pods", {
                "metadata": {"name": f"pod-{i}", "labels": {"app": f"a{i % 50}"}},
                "spec": {"nodeName": "n", "containers": [{"name": "app", "image": "app:1.0"}]}})
            assert status == 201, text

    def list_pods(self, query, accept, items):
        begun = time.monotonic()
        status, text = self.ask("GET", "/api/v1/pods" + query, accept=accept)
        span = time.monotonic() - begun
        shown = json.loads(text)
        assert status == 200 and len(shown.get("rows") or shown["items"]) == items
        return 1000 * span

    @contextlib.contextmanager
    def watched(self):
        """Yields what makes a change and returns how many ms it takes to reach the last of the watchers."""
        _, text = self.ask("GET", "/api/v1/namespaces/shop/pods?limit=1")
        path = "/api/v1/namespaces/shop/pods?watch=1&resourceVersion=" + json.loads(text)["metadata"]["resourceVersion"]
        connections = [self.connect() for _ in range(WATCHERS)]
        waiting = selectors.DefaultSelector()
        for connection in connections:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            assert connection.getresponse().status == 200
            connection.sock.setblocking(False)
            waiting.register(connection.sock, selectors.EVENT_READ)
        numbers = itertools.count()
        yield lambda: self.change_under(connections, waiting, next(numbers))
        for connection in connections:
            connection.close()

    def change_under(self, connections, waiting, number):
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
        return 1000 * (time.monotonic() - begun)


def measure(servers, print_row):
    """Each step is taken at one server after the other, so that what else the machine does disturbs both."""
    print_row("memory when empty, MiB", [resident_mib(server.pid) for server in servers])
    spent = [0.0] * len(servers)
    for server in servers:
        server.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    for first in range(0, PODS, BATCH):
        for i, server in enumerate(servers):
            begun = time.monotonic()
            server.create_pods(range(first, min(first + BATCH, PODS)))
            spent[i] += time.monotonic() - begun
    print_row(f"creating {PODS} pods one by one, s", spent)
    for name, query, accept, items in (("", "", "application/json", PODS), (" as a table", "", TABLE, PODS),
                                       (" by label", "?labelSelector=app%3Da7", "application/json", PODS // 50),
                                       (", 500 of them", "?limit=500", "application/json", min(500, PODS))):
        print_medians(f"list of {PODS} pods{name}, ms", [lambda server=server: server.list_pods(query, accept, items) for server in servers],
                      LISTS, print_row)
    print_row(f"memory with {PODS} pods, MiB", [resident_mib(server.pid) for server in servers])
    with contextlib.ExitStack() as watches:
        changes = [watches.enter_context(server.watched()) for server in servers]
        print_medians(f"until {WATCHERS} watchers know, ms", changes, CHANGES, print_row)


def print_medians(name, steps, rounds, print_row):
    spans = [[step() for step in steps] for _ in range(rounds)]
    print_row(name, [statistics.median(one) for one in zip(*spans)])


@contextlib.contextmanager
def real_server(folder):
    begun = time.monotonic()
    subprocess.run([str(LIVE / "start"), str(folder)], check=True, stdout=subprocess.DEVNULL)
    try:
        started = time.monotonic() - begun
        yield started, Server(folder / "kubeconfig", int((folder / "pids").read_text().split()[1]))
    finally:
        subprocess.run([str(LIVE / "stop"), str(folder)], check=False)


@contextlib.contextmanager
def fake_server(folder):
    begun = time.monotonic()
    with subprocess.Popen([KITFOX, "fake", "apiserver", "--out", str(folder)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as running:
        try:
            running.stdout.readline()  # it says where it listens
            started = time.monotonic() - begun
            threading.Thread(target=running.stdout.read, daemon=True).start()
            yield started, Server(folder / "kubeconfig", running.pid)
        finally:
            running.terminate()


def print_pair(name, pair):
    fake, real = pair
    print(f"{name:<36} fake {fake:9.3f}   real {real:9.3f}   real/fake {real / fake:6.1f}", flush=True)


if __name__ == "__main__":
    if not (LIVE / "start").exists():
        print(f"skipped: {LIVE / 'start'} is not there")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as place, fake_server(pathlib.Path(place)) as (fake_start, fake):
        with real_server(pathlib.Path(place) / "real") as (real_start, real):
            print_pair("start, s", (fake_start, real_start))
            measure([fake, real], print_pair)
