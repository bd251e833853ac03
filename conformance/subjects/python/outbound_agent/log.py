"""JSON lines on standard output, with the secret of the key taken out of whatever is written."""
import datetime
import json
import sys

LEVELS = {"DEBUG": 0, "INFO": 1, "WARNING": 2, "ERROR": 3}
HIDDEN = "[key]"


class Log:
    def __init__(self, level="INFO", secrets=()):
        self._least = LEVELS.get(level.upper(), LEVELS["INFO"])
        # A key is `id.secret`: the id alone says nothing.
        self._secrets = [part for one in secrets for part in (one, one.partition(".")[2]) if part]

    def debug(self, event, **fields):
        self._write("DEBUG", event, fields)

    def info(self, event, **fields):
        self._write("INFO", event, fields)

    def warning(self, event, **fields):
        self._write("WARNING", event, fields)

    def error(self, event, **fields):
        self._write("ERROR", event, fields)

    def _write(self, level, event, fields):
        if LEVELS[level] < self._least:
            return
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"timestamp": now, "level": level.lower(), "event": event, **fields}, default=str)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
