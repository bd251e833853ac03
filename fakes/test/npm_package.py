"""Clients from npm that tests run against the fakes. One that is not to be had means skipped, with the reason, never passed."""

import shutil
import subprocess
import sys

SKIPPED = 77


def skip(test, why):
    print(f"{test} skipped: {why}")
    sys.exit(SKIPPED)


def fetch(test, package, folder, instead, seconds):
    """Lets npm put `package` below `folder`; skips the test where it cannot. `instead` names the variable that spares it."""
    npm = shutil.which("npm")
    if not npm:
        skip(test, f"no npm, and {instead} is not set")
    folder.mkdir(parents=True, exist_ok=True)
    install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--no-save", package]
    try:
        done = subprocess.run(install, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        skip(test, f"npm could not fetch {package} within {seconds} s")
    if done.returncode != 0:
        skip(test, f"npm could not fetch {package}: {done.stderr.strip()[-300:]}")
