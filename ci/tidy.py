#!/usr/bin/env python3
"""The tidy test: rules that a compiler does not check. Prints each breach with its place; exits 1 if there is any.

Include directions, banned words and patterns, sizes of files as a ratchet (ci/tidy_sizes.txt may only shrink), formatting.
"""
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("runtime", "protocol", "agent", "gateway", "fakes", "conformance")
LINES_MAX = 400

# What a folder may include, beside itself.
ALLOWED = {
    "runtime": set(),
    "protocol": set(),
    "agent": {"runtime", "protocol"},
    "gateway": {"runtime", "protocol"},
    "fakes": {"runtime", "protocol"},
    "conformance": {"runtime", "protocol", "agent", "gateway", "fakes"},
}
TESTS_MAY_ALSO = {"agent": {"fakes"}, "gateway": {"fakes"}, "runtime": {"fakes"}, "protocol": set(), "fakes": set(), "conformance": set()}
# The judge depends on transcripts alone.
JUDGE_NEVER = ("agent/", "gateway/", "fakes/sim", "fakes/kube")

BANNED_NAMES = re.compile(r"(manager|utils?|helpers?|common|misc)[^/]*\.(hpp|cpp)$", re.I)
BANNED_PATTERNS = [
    (re.compile(r"std::this_thread::sleep"), "wall-clock sleeps are banned"),
    (re.compile(r"co_spawn\([^;]*\bdetached\b"), "nothing is detached: use runtime::task_group"),
    (re.compile(r"std::random_device"), "randomness comes from the host's entropy"),
    (re.compile(r"std::\w+_distribution<"), "std distributions differ between libraries: use runtime::entropy"),
    (re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b"), "open ends belong into an issue"),
    (re.compile(r"\bDISABLED_|\bGTEST_SKIP\b"), "a test is there or it is not"),
    (re.compile(r"_for_test\s*\(|#ifdef TESTING"), "no test hooks in production"),
]
CATCH_ALL = re.compile(r"catch \(\.\.\.\)")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)


def sources():
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp") and path.is_file():
                yield folder, path, path.relative_to(TOP).as_posix()


def check_includes(folder, name, text):
    is_test = "/test/" in name or "/bench/" in name or "/fuzz/" in name
    allowed = ALLOWED[folder] | {folder} | (TESTS_MAY_ALSO[folder] if is_test else set())
    for target in INCLUDE.findall(text):
        first = target.split("/")[0]
        if first in FOLDERS and first not in allowed:
            yield f"{name}: includes {target}; {folder}/ may include {sorted(allowed)}"
        if name.startswith("conformance/judge/") and not is_test and target.startswith(JUDGE_NEVER):
            yield f"{name}: includes {target}; the judge sees transcripts only"


def check_patterns(name, text):
    if BANNED_NAMES.search(name):
        yield f"{name}: a vague name"
    for pattern, why in BANNED_PATTERNS:
        for match in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {why}"
    if CATCH_ALL.search(text) and not name.endswith("main.cpp"):
        yield f"{name}: catch (...) outside of a main program"
    if name.endswith(".hpp") and "#pragma once" not in text:
        yield f"{name}: no #pragma once"


def check_sizes(sizes):
    limits_file = TOP / "ci" / "tidy_sizes.txt"
    limits = {}
    if limits_file.exists():
        for line in limits_file.read_text().splitlines():
            if line and not line.startswith("#"):
                size, name = line.split(None, 1)
                limits[name] = int(size)
    for name, size in sizes.items():
        if size > max(LINES_MAX, limits.get(name, 0)):
            yield f"{name}: {size} lines; files stay under {LINES_MAX}"
    for name in limits:
        if sizes.get(name, 0) <= LINES_MAX:
            yield f"ci/tidy_sizes.txt: {name} needs its exception no more"


def check_format(paths):
    tool = shutil.which("clang-format")
    if tool is None:
        return ["clang-format is not installed"]
    done = subprocess.run([tool, "--dry-run", "--Werror", *paths], cwd=TOP, capture_output=True, text=True)
    return [line for line in done.stderr.splitlines() if "error:" in line]


def main():
    problems, sizes, paths = [], {}, []
    for folder, path, name in sources():
        text = path.read_text(encoding="utf-8", errors="replace")
        sizes[name] = text.count("\n")
        paths.append(name)
        problems += check_includes(folder, name, text)
        problems += check_patterns(name, text)
    problems += check_sizes(sizes)
    problems += check_format(paths)
    for problem in problems:
        print(problem)
    print(f"{len(paths)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
