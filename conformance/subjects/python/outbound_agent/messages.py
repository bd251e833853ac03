"""What the gateway's events say. A message that makes no sense is a BadMessage, and is skipped."""
import dataclasses
import json
import math
import re

from .deadlines import parse_time

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TIMEOUT_DEFAULT_SECONDS, TIMEOUT_MAX_SECONDS = 30.0, 300.0


class BadMessage(Exception):
    pass


def _no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(data):
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadMessage("expected JSON") from None
    if not isinstance(value, dict):
        raise BadMessage("expected an object")
    return value


def _seconds(value, name, default):
    number = value.get(name)
    if number is None:
        return default
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number) or number < 0:
        raise BadMessage(f"{name}: expected seconds")
    return float(number)


@dataclasses.dataclass(frozen=True)
class Command:
    request_id: str
    name: str
    params: object
    timeout_seconds: float
    deadline: float | None  # seconds since 1970, by the gateway's clock


def request_id_of(message):
    request_id = message.get("request_id")
    if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
        raise BadMessage("request_id: expected 1 to 64 characters of A-Z a-z 0-9 _ -")
    return request_id


def command_of(message):
    request_id, name = request_id_of(message), message.get("command")
    if not isinstance(name, str) or not name:
        raise BadMessage("command: expected a name")
    timeout = _seconds(message, "timeout", TIMEOUT_DEFAULT_SECONDS)
    if not 0 < timeout <= TIMEOUT_MAX_SECONDS:
        raise BadMessage("timeout: out of range")
    deadline = None
    if message.get("deadline") is not None:
        deadline = parse_time(message["deadline"])
        if deadline is None:
            raise BadMessage("deadline: expected an RFC 3339 time")
    params = message.get("params")
    return Command(request_id, name, {} if params is None else params, timeout, deadline)


def heartbeat_interval_of(message):
    """Of a `connected` event; None where it does not say."""
    seconds = _seconds(message, "heartbeat_interval_seconds", None)
    return None if seconds is None else min(max(seconds, 1.0), 300.0)


def reconnect_after_of(message):
    """Of a `drain` event."""
    return _seconds(message, "reconnect_after_seconds", 0.0)
