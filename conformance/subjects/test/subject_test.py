#!/usr/bin/env python3
"""Runs a part of the corpus against a subject and looks at what came of it.

  subject_test.py --kitfox BIN --subject FOLDER/agent.yaml --scenarios LIST --out FOLDER [--fails-as FINDINGS] [--npm FOLDER]

Without --fails-as every case must pass. With it the requirements that failed must be those in that file, neither fewer nor more.
With --npm the subject is copied to FOLDER and its packages are installed there; exits with 77 where that cannot be done.
"""
import argparse
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(TOP / "fakes" / "test"))
from npm_package import skip

INSTALL_SECONDS = 240
RUN_SECONDS = 540


def lines_of(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def words_of(subject, key):
    """A list of the subject file; this needs no YAML, as subject files are written in flow style."""
    found = re.search(rf"^{key}: *\[([^\]]*)\]", subject.read_text(), re.M)
    return [word.strip() for word in found.group(1).split(",") if word.strip()] if found else []


def command_of(subject):
    return [word.strip('"').replace("${HERE}", str(subject.parent)) for word in words_of(subject, "command")]


def install(subject, folder):
    """The subject, copied to where its packages may be written; they are fetched when the lock file has changed."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        skip(subject.parent.name, "no npm and node")
    folder.mkdir(parents=True, exist_ok=True)
    lock, installed = subject.parent / "package-lock.json", folder / "installed-lock.json"
    for path in subject.parent.iterdir():
        if path.is_file():
            shutil.copy2(path, folder)
        elif path.name not in ("node_modules", "test"):
            shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            skip(subject.parent.name, f"npm could not fetch its packages within {INSTALL_SECONDS} s")
        if done.returncode != 0:
            skip(subject.parent.name, f"npm could not fetch its packages: {done.stderr.strip()[-300:]}")
        shutil.copy2(lock, installed)
    return folder / subject.name


def run(kitfox, subject, scenarios, out):
    command = [str(kitfox), "run", *(str(TOP / "scenarios" / f"{name}.yaml") for name in scenarios), "--world", "sockets", "--jobs", "2",
               "--quiet", "--agent-command", shlex.join(command_of(subject)), "--agent-takes", ",".join(words_of(subject, "takes")),
               "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS)
    print(done.stdout + done.stderr)
    return done.returncode, json.loads((out / "results.json").read_text())


def failed_requirements(results):
    """Those of agents. A gateway's that fails beside them is a consequence: this gateway is the reference."""
    registry = json.loads((TOP / "conformance" / "spec" / "requirements.json").read_text())["requirements"]
    of_agents = {one["id"] for one in registry if one["role"] != "gateway"}
    return of_agents & {one["requirement"] for case in results["cases"] for one in case["findings"] if one["kind"] == "failure"}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--kitfox", type=pathlib.Path, required=True)
    options.add_argument("--subject", type=pathlib.Path, required=True)
    options.add_argument("--scenarios", type=pathlib.Path, required=True)
    options.add_argument("--out", type=pathlib.Path, required=True, help="where the reports stay")
    options.add_argument("--fails-as", type=pathlib.Path)
    options.add_argument("--npm", type=pathlib.Path)
    given = options.parse_args()
    subject = install(given.subject, given.npm) if given.npm else given.subject
    shutil.rmtree(given.out, ignore_errors=True)
    status, results = run(given.kitfox, subject, lines_of(given.scenarios), given.out)
    counts = results["counts"]
    if given.fails_as:
        expected, found = {line.split()[0] for line in lines_of(given.fails_as)}, failed_requirements(results)
        for requirement in sorted(expected ^ found):
            print(f"{requirement}: {'listed, and not found' if requirement in expected else 'found, and not listed'}")
        return 0 if expected == found else 1
    if status != 0 or counts["pass"] != len(results["cases"]) or not results["cases"]:
        print(f"expected every case to pass: {counts}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
