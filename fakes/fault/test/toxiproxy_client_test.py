"""Runs toxiproxy's client for Node against `kitfox fake proxy`.

The client is the package in the folder named by KITFOX_TOXIPROXY_CLIENT, or is taken from npm, installed below the
build folder. Where neither is to be had, or no node, the test exits with 77: skipped, not passed.
Usage: toxiproxy_client_test.py KITFOX FOLDER
"""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "test"))
import npm_package  # noqa: E402
from running_program import PATIENCE_S, EchoServer, RunningProgram  # noqa: E402

TEST = "toxiproxy client test"
PACKAGE = "toxiproxy-node-client"
VERSION = "4.1.0"


def find_client(folder):
    """Path of the package; skips when there is none."""
    named = os.environ.get("KITFOX_TOXIPROXY_CLIENT")
    if named:
        return named
    found = folder / "node_modules" / PACKAGE
    if found.exists():
        return str(found)
    npm_package.fetch(TEST, f"{PACKAGE}@{VERSION}", folder, "KITFOX_TOXIPROXY_CLIENT", 120)
    return str(found)


def main():
    kitfox, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    node = shutil.which("node")
    if not node:
        npm_package.skip(TEST, "no node")
    client = find_client(folder)
    with EchoServer() as upstream, RunningProgram(kitfox, "proxy", "--port", "0") as program:
        address = program.lines[0].rsplit(" ", 1)[1]
        done = subprocess.run([node, str(HERE / "toxiproxy_client.js"), client, address, upstream],
                              capture_output=True, text=True, timeout=PATIENCE_S)
        print(done.stdout + done.stderr)
        code = program.stop()
    print(f"{PACKAGE} {VERSION}: {'passed' if done.returncode == 0 else 'FAILED'}")
    sys.exit(done.returncode or code)


if __name__ == "__main__":
    main()
