#!/usr/bin/env python3
"""Every case that can be put to a gateway by URL: one gateway for each set of settings that cases need, started beside the test."""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from gateway_subject_test import REACH, REQUESTS  # noqa: E402
from separate_gateway import separate_gateway  # noqa: E402

KITFOX = pathlib.Path(os.environ["KITFOX"])
# What a gateway that somebody else runs cannot be put to: its process is not ours to stop, nor its log to be read.
INHERENT = re.compile(r'^it has "(restart|kill|stop|drain|pause)" of the gateway, which is reached by URL|^it looks at the gateway\'s process or log')
LISTED = re.compile(r"^(\S+)  (\{.*\})$")


def flags_of(settings):
    for one in filter(None, settings.strip("{}").split(", ")):
        name, value = one.split(": ")
        flag = "heartbeat" if name == "heartbeat_interval" else name.replace("_", "-")
        yield from (f"--{flag}-seconds", value[:-1]) if value.endswith("s") else (f"--{flag}", value)


class WholeSuite(unittest.TestCase):
    def cases_by_settings(self):
        listed = subprocess.run([KITFOX, "test", "gateway", "--list-settings"], capture_output=True, text=True, timeout=60, check=True).stdout
        out = collections.defaultdict(list)
        for line in listed.splitlines():
            name, settings = LISTED.match(line).groups()
            out[settings].append(name)
        return out

    def play(self, settings, names):
        """The named cases, by a gateway that goes by these settings."""
        with tempfile.TemporaryDirectory(prefix="kitfox-whole-") as text:
            folder = pathlib.Path(text)
            with separate_gateway(KITFOX.parent / "kitfox-gateway", folder, every_team=True, flags=[*flags_of(settings)]) as (agents, callers):
                subject = REACH.format(agents=agents, callers=callers, teams="").replace("  teams: []\n", "")
                (folder / "gateway.yaml").write_text(subject + f"settings: {settings}\n" + REQUESTS)
                # All at once where nothing is set; else one by one, since others need other settings.
                for chosen in [names] if settings == "{}" else [[name] for name in names]:
                    command = [KITFOX, "test", "gateway", "--subject", folder / "gateway.yaml", "--out", folder / "out"]
                    command += [] if settings == "{}" else ["--filter", chosen[0]]
                    subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
                    for case in json.loads((folder / "out" / "results.json").read_text())["cases"]:
                        if case["name"] in chosen:
                            yield case

    def test_every_case_passes_or_cannot_be_put_to_a_gateway_by_url(self):
        counts = collections.Counter()
        for settings, names in self.cases_by_settings().items():
            for case in self.play(settings, names):
                counts[case["verdict"]] += 1
                with self.subTest(case["name"]):
                    reason = case.get("skipped_because", "")
                    self.assertTrue(case["verdict"] == "pass" or INHERENT.match(reason), f'{case["verdict"]}: {reason} {case["findings"][:2]}')
        print(dict(counts))
        self.assertGreater(counts["pass"], 2 * counts["skipped"])


if __name__ == "__main__":
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    print(f"{result.testsRun - bool(result.failures or result.errors)} passed, {int(bool(result.failures or result.errors))} failed")
    sys.exit(1 if result.failures or result.errors else 0)
