#!/usr/bin/env python3
"""The tidy test: rules that a compiler does not check. Prints each breach with its place; exits 1 if there is any.

Include directions and god headers, banned words and patterns, owners of shared pointers, sizes of files and functions as a ratchet
(ci/tidy_sizes.txt may only shrink), repeated runs of lines, dead headers, formatting. That each header stands alone is compiled by
ci/check-headers.
"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("runtime", "protocol", "agent", "gateway", "fakes", "conformance")
LINES_MAX = 400
FUNCTION_LINES_MAX = 70
# A header that so many sources include is everybody's, and changes with everybody's reasons.
INCLUDED_BY_MOST = 0.4
REPEATED_LINES_MAX = 12

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

VAGUE = r"(manager|utils?|helpers?|common|misc|base|impl2?|data|info)"
BANNED_NAMES = re.compile(rf"(^|[/_]){VAGUE}(_[^/]*)?\.(hpp|cpp)$", re.I)
BANNED_TYPES = re.compile(rf"\b(?:class|struct|enum class) (\w*_)?{VAGUE}(_\w+)?\b", re.I)
# Names of the field that have such a word in them.
FIELDS_OWN_NAMES = ("request_info",)  # RequestInfo of the Kubernetes API server.
BANNED_PATTERNS = [
    (re.compile(r"\b(system|steady|high_resolution)_clock::now"), "time comes from the host's clock"),
    (re.compile(r"SSL_VERIFY_NONE|set_verify_callback|verify_none"), "no switch turns verification off"),
    (re.compile(r"shared_from_this"), "whoever needs it to live owns it"),
    (re.compile(r"//.*\b(now we|first,? we|step \d+:|as requested)\b", re.I), "a comment that narrates the change"),
    (re.compile(r"/(work|root|Users)/[a-z]"), "a path of one machine"),
    (re.compile(r"std::this_thread::sleep"), "wall-clock sleeps are banned"),
    (re.compile(r"co_spawn\([^;]*\bdetached\b"), "nothing is detached: use runtime::task_group"),
    (re.compile(r"std::random_device"), "randomness comes from the host's entropy"),
    (re.compile(r"std::\w+_distribution<"), "std distributions differ between libraries: use runtime::entropy"),
    (re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b"), "open ends belong into an issue"),
    (re.compile(r"\bDISABLED_|\bGTEST_SKIP\b"), "a test is there or it is not"),
    (re.compile(r"\b(struct|class) \w+_(alpha|v2|new|old)\b"), "a name that tells its history"),
    (re.compile(r"_for_test\s*\(|#ifdef TESTING"), "no test hooks in production"),
    (re.compile(r"\bhandle\("), "a function's name says what it does with what"),
]
# In programs' own code; their main functions, the runtime and the harness that starts processes are where these belong.
BANNED_IN_PARTS = [
    (re.compile(r"std::j?thread\b(?!::)"), "threads are started by runtime::host_thread"),
    (re.compile(r"(?<![\w.>])(::)?(socket|accept4?|fork|getenv)\((?!\))"), "the outside world is reached through runtime::host"),
    (re.compile(r"catch \((const )?std::exception"), "exceptions are caught once, in main"),
]
NO_PART = re.compile(r"^runtime/|^conformance/|/test/|/fuzz/|/bench/|main\.cpp$")
BANNED_IN_TESTS = [
    (re.compile(r"listen\w*\([^;)]*\b[1-9]\d{2,4}\b"), "a test listens on port 0"),
    (re.compile(r"\bpoll\((nullptr|NULL)|\b(usleep|nanosleep)\(|::sleep\("), "a test awaits an event, it does not sleep"),
    (re.compile(r"(ofstream|create_director\w+|temp_directory\w*|mkdir)[^;]*\"/tmp"), "a test has a folder of its own"),
]
# Where a banned pattern is the very thing that is implemented.
EXEMPT = {
    "runtime/asio_clock.cpp": "time comes from the host's clock",
    "fakes/sim/scheduler.cpp": "exceptions are caught once, in main",
    "conformance/run/run.cpp": "time comes from the host's clock",
    "conformance/run/case_runner.cpp": "time comes from the host's clock",
}
# Tests in Python, where the harness's own processes and folders tell nobody of their end.
PYTHON_SLEEPS = re.compile(r"\btime\.sleep\(|\bselect\.select\(\[\], \[\], \[\]")
MAY_SLEEP = {
    "conformance/run/test/programs_test.py": "processes of a killed kitfox are nobody's children; /proc is looked at",
    "conformance/subject/test/quick_test.py": "it is the pause of an agent between two dials",
}
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


def check_patterns(name, text):
    if BANNED_NAMES.search(name) and not any(own in name for own in FIELDS_OWN_NAMES):
        yield f"{name}: a vague name"
    for match in BANNED_TYPES.finditer(text):
        if not any(own in match.group(0) for own in FIELDS_OWN_NAMES):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: a vague name: {match.group(0)}"
    if name.endswith("_test.cpp") and not name.startswith("fakes/sim/"):  # Whose ports are simulated.
        for pattern, why in BANNED_IN_TESTS:
            for match in pattern.finditer(text):
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {why}"
    for pattern, why in BANNED_PATTERNS + ([] if NO_PART.search(name) else BANNED_IN_PARTS):
        if EXEMPT.get(name) == why:
            continue
        for match in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {why}"
    if CATCH_ALL.search(text) and not name.endswith("main.cpp"):
        yield f"{name}: catch (...) outside of a main program"
    if name.endswith(".hpp") and "#pragma once" not in text:
        yield f"{name}: no #pragma once"


def check_python_tests():
    sleeping = set()
    for path in sorted(path for folder in FOLDERS for path in (TOP / folder).rglob("test/*.py")):
        name, text = path.relative_to(TOP).as_posix(), path.read_text(encoding="utf-8")
        for match in PYTHON_SLEEPS.finditer(text):
            sleeping.add(name)
            if name not in MAY_SLEEP:
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: a test awaits an event, it does not sleep"
    for name in MAY_SLEEP:
        if name not in sleeping:
            yield f"ci/tidy.py: {name} needs its exception no more"


def check_owners(name, text):
    """Every shared_ptr member or variable says who shares it."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if re.match(r"\s*(std::)?(mutable )?std::shared_ptr<[^;()]*> \w+_?( = [^;]*|\{[^;]*\})?;", line):
            if not any("owners:" in near for near in lines[max(0, i - 3):i + 1]):
                yield f"{name}:{i + 1}: a shared_ptr without a comment \"owners: a, b\""


CONTROL = re.compile(r"\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|case|default|try|catch|extern|const \w+ \w+\[|constexpr|static const|\}|return)\b")


RAW_STRING = re.compile(r'R"(\w*)\(.*?\)\1"', re.S)


def without_raw_strings(text):
    """Texts of other languages in a source are not its code; lines keep their numbers."""
    return RAW_STRING.sub(lambda match: '""' + "\n" * match.group(0).count("\n"), text)


FUNCTION_HEAD = re.compile(r"^(?!EXPECT_|ASSERT_)[\w\[~].*\w\(.*(\)|\) : .*|\) -> .*|\)( const| noexcept| override| final)+) \{$")


def functions(text):
    """Name and number of lines of each function, as clang-format lays them out."""
    lines = without_raw_strings(text).splitlines()
    for end, line in enumerate(lines):
        if not line.endswith("{"):
            continue
        first = end
        while first > 0 and lines[first - 1].strip() and not re.search(r"([;{}:]|//.*|^#.*)$", lines[first - 1]):
            first -= 1
        head = " ".join(part.strip() for part in lines[first:end + 1])
        if CONTROL.match(head) or not FUNCTION_HEAD.search(head) or re.search(r"\](\(| \{)|\w = ", head):
            continue
        indent = len(lines[first]) - len(lines[first].lstrip())
        for close in range(end + 1, len(lines)):
            if lines[close].startswith(" " * indent + "}"):
                name = re.findall(r"[~\w:]+(?=\()", head)
                yield (name[0] if name else head), sum(1 for inner in lines[first:close + 1] if inner.strip())
                break


def check_functions(name, text, limits):
    sizes = {}
    for function, size in functions(text):
        sizes[function] = max(size, sizes.get(function, 0))
    for exception in [one for one in limits if one.startswith(name + ":")]:
        if sizes.get(exception[len(name) + 1:], 0) <= FUNCTION_LINES_MAX:
            yield f"ci/tidy_sizes.txt: {exception} needs its exception no more"
        elif sizes[exception[len(name) + 1:]] < limits[exception]:
            yield f"ci/tidy_sizes.txt: {exception} has {sizes[exception[len(name) + 1:]]} lines now; lower its {limits[exception]}"
    for function, size in sizes.items():
        if size > max(FUNCTION_LINES_MAX, limits.get(f"{name}:{function}", 0)):
            yield f"{name}: {function}() has {size} lines; functions stay under {FUNCTION_LINES_MAX}"


def check_gods(includes, sources_count):
    for target, users in includes.items():
        if users > sources_count * INCLUDED_BY_MOST:
            yield f"{target}: included by {users} of {sources_count} sources"


def check_dead_headers(texts):
    included = set().union(*(INCLUDE.findall(text) for text in texts.values()))
    for name in texts:
        if name.endswith(".hpp") and name not in included:
            yield f"{name}: nothing includes it"


def check_judge(texts):
    """The judge sees transcripts only, also through what it includes."""
    for name in texts:
        if not name.startswith("conformance/judge/") or "/test/" in name:
            continue
        seen, left = {name}, [name]
        while left:
            at = left.pop()
            for target in INCLUDE.findall(texts.get(at, "")):
                if target.startswith(JUDGE_NEVER):
                    yield f"{name}: includes {target} by way of {at}; the judge sees transcripts only"
                if target not in seen:
                    seen.add(target)
                    left.append(target)


def check_repeats(texts):
    """Runs of equal lines in two places, blank lines, comments and includes apart."""
    seen = {}
    for name, text in texts.items():
        lines = [(i + 1, line.strip()) for i, line in enumerate(without_raw_strings(text).splitlines())]
        lines = [(i, line) for i, line in lines if len(line) > 3 and " override" not in line and not line.startswith(("//", "#", "using ", "namespace"))]
        skip = 0
        for k in range(len(lines) - REPEATED_LINES_MAX + 1):
            window = "\n".join(line for _, line in lines[k:k + REPEATED_LINES_MAX])
            other = seen.setdefault(window, (name, lines[k][0]))
            if other != (name, lines[k][0]) and k >= skip:
                yield f"{name}:{lines[k][0]}: repeats {REPEATED_LINES_MAX} lines of {other[0]}:{other[1]}"
                skip = k + REPEATED_LINES_MAX


def read_limits():
    limits = {}
    for line in (TOP / "ci" / "tidy_sizes.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            size, name = line.split(None, 1)
            limits[name] = int(size)
    return limits


def check_sizes(sizes, limits):
    for name, size in sizes.items():
        if size > max(LINES_MAX, limits.get(name, 0)):
            yield f"{name}: {size} lines; files stay under {LINES_MAX}"
    for name in limits:
        if ":" in name:
            continue
        if sizes.get(name, 0) <= LINES_MAX:
            yield f"ci/tidy_sizes.txt: {name} needs its exception no more"
        elif sizes[name] < limits[name]:
            yield f"ci/tidy_sizes.txt: {name} has {sizes[name]} lines now; lower its {limits[name]}"


def check_format(paths):
    tool = shutil.which("clang-format")
    if tool is None:
        return ["clang-format is not installed"]
    done = subprocess.run([tool, "--dry-run", "--Werror", *paths], cwd=TOP, capture_output=True, text=True)
    return [line for line in done.stderr.splitlines() if "error:" in line]


def main():
    problems, sizes, paths, texts = [], {}, [], {}
    limits, includes, units = read_limits(), collections.Counter(), 0
    for folder, path, name in sources():
        text = path.read_text(encoding="utf-8", errors="replace")
        sizes[name] = text.count("\n")
        paths.append(name)
        problems += check_includes(folder, name, text)
        problems += check_patterns(name, text)
        if "/test/" not in name:
            problems += check_owners(name, text)
        problems += check_functions(name, text, limits)
        if name.endswith(".cpp"):
            units += 1
            includes.update(set(INCLUDE.findall(text)))
        texts[name] = text
    problems += check_sizes(sizes, limits)
    problems += check_python_tests()
    problems += check_gods(includes, units)
    problems += check_dead_headers(texts)
    problems += check_judge(texts)
    problems += check_repeats(texts)
    problems += check_format(paths)
    for problem in problems:
        print(problem)
    print(f"{len(paths)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
