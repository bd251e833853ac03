#!/usr/bin/env python3
"""The fake Kubernetes API server beside a real one. usage: fidelity_test.py FOLDER PROGRAM

FOLDER keeps the programs of the real one, which come from ../shared/live beside the source tree, or from KUBEBUILDER_ASSETS; without
either the test is skipped and says so (exit status 77).
"""
import os
import pathlib
import subprocess
import sys

from live_assets import SKIPPED, find_assets

# Seeds 1 to 20. What differs is printed with its seed; the number of programs without a difference may only grow. Entries of
# managedFields are sorted by their second, so one more may differ by chance.
PROGRAMS, PROGRAMS_SAME_MIN = 20, 17

if __name__ == "__main__":
    folder, program = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    assets = find_assets(folder)
    if assets is None:
        sys.exit(SKIPPED)
    done = subprocess.run([program, "--policies", "100", "--questions", "100", "--programs", str(PROGRAMS), "--programs-same-min",
                           str(PROGRAMS_SAME_MIN)], env={**os.environ, "KUBEBUILDER_ASSETS": str(assets)}, timeout=280)
    sys.exit(done.returncode)
