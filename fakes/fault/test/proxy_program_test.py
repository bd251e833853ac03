"""`kitfox fake proxy` as a process: its options, what it writes, how it ends."""

import json
import pathlib
import signal
import socket
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
from running_program import PATIENCE_S, EchoServer, RunningProgram, TakenPort, run_to_end  # noqa: E402

KITFOX = sys.argv.pop(1)


class ProxyProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kitfox-proxy-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def config(self, proxies):
        path = self.folder / "proxies.json"
        path.write_text(proxies if isinstance(proxies, str) else json.dumps(proxies))
        return str(path)

    def call(self, program, path):
        address = program.lines[0].rsplit(" ", 1)[1]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address + path, timeout=PATIENCE_S) as answer:
            return answer.read().decode()

    def fates(self, seed, upstream):
        """What becomes of each of 24 connections: X for reset, . for served."""
        toxics = [{"type": "fault/reset_after_accept", "toxicity": 0.5}]
        path = self.config([{"name": "p", "listen": "127.0.0.1:0", "upstream": upstream, "toxics": toxics}])
        seen = ""
        with RunningProgram(KITFOX, "proxy", "--port", "0", "--seed", str(seed), "--config", path) as program:
            host, port = json.loads(self.call(program, "/proxies/p"))["listen"].rsplit(":", 1)
            for _ in range(24):
                try:
                    with socket.create_connection((host, int(port)), PATIENCE_S) as client:
                        client.sendall(b"x")
                        seen += {b"x": ".", b"": "?"}[client.recv(1)]
                except (ConnectionResetError, BrokenPipeError):
                    seen += "X"
        return seen

    def test_the_same_seed_gives_the_same_fates(self):
        with EchoServer() as upstream:
            first = self.fates(7, upstream)
            self.assertEqual(set(first), {"X", "."})
            self.assertEqual(self.fates(7, upstream), first)
            self.assertNotEqual(self.fates(8, upstream), first)

    def test_begins_with_the_proxies_of_its_file(self):
        path = self.config([{"name": "a", "upstream": "127.0.0.1:1"},
                            {"name": "b", "upstream": "127.0.0.1:1", "enabled": False}])
        with RunningProgram(KITFOX, "proxy", "--port", "0", "--config", path) as program:
            proxies = json.loads(self.call(program, "/proxies"))
        self.assertEqual({name: one["enabled"] for name, one in proxies.items()}, {"a": True, "b": False})

    def test_writes_the_authority_that_it_shows(self):
        path = self.folder / "ca.pem"
        with RunningProgram(KITFOX, "proxy", "--port", "0", "--ca-out", str(path)) as program:
            self.assertEqual(path.read_text(), self.call(program, "/ca"))
        self.assertTrue(path.read_text().startswith("-----BEGIN CERTIFICATE-----"))

    def test_ends_in_order_on_signals(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            program = RunningProgram(KITFOX, "proxy", "--port", "0")
            self.assertEqual(program.stop(how), 0, how)

    def expect_refusal(self, arguments, code, words):
        seen, errors = run_to_end(KITFOX, "proxy", *arguments)
        self.assertEqual(seen, code, errors)
        self.assertIn(words, errors)

    def test_refuses_bad_options_and_files(self):
        self.expect_refusal(["--frob"], 2, "--frob")
        self.expect_refusal(["--port", "70000"], 2, "70000")
        self.expect_refusal(["--config", str(self.folder / "none.json")], 2, "none.json")
        self.expect_refusal(["--config", self.config("{")], 2, "is not JSON")
        self.expect_refusal(["--config", self.config([{"name": "a"}])], 2, "missing required field: upstream at proxy 1")
        self.expect_refusal(["--ca-out", str(self.folder / "none" / "ca.pem")], 2, "cannot write")

    def test_tells_an_address_that_cannot_be_used_apart(self):
        with TakenPort() as port:
            self.expect_refusal(["--host", "127.0.0.1", "--port", str(port)], 5, f"127.0.0.1:{port}")
            path = self.config([{"name": "a", "listen": f"127.0.0.1:{port}", "upstream": "127.0.0.1:1"}])
            self.expect_refusal(["--port", "0", "--config", path], 5, f"127.0.0.1:{port}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
