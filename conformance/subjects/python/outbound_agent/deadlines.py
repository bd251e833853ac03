"""When a command's time is over, on a host whose clock may be wrong."""
import collections
import datetime
import email.utils

SAMPLES_MAX = 8
JUMP_SECONDS = 60.0


def parse_time(text):
    """Seconds since 1970 of an RFC 3339 text, None if it is none."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


class GatewayClock:
    """What the gateway's clock shows: by the heartbeats' stamps, else by the Date header, else by our own."""

    def __init__(self, wall_time):
        self._wall_time = wall_time
        self._date = None
        self._offsets = collections.deque(maxlen=SAMPLES_MAX)

    def on_stream(self, date_header, now):
        self._offsets.clear()
        self._date = None
        try:
            self._date = email.utils.parsedate_to_datetime(date_header).timestamp() - now if date_header else None
        except (ValueError, TypeError):
            pass

    def on_heartbeat(self, stamp, now):
        if stamp is None:
            return
        if self._offsets and stamp - now + JUMP_SECONDS < max(self._offsets):
            self._offsets.clear()  # the gateway's clock was put back
        self._offsets.append(stamp - now)

    def at(self, now):
        if self._offsets:
            return now + max(self._offsets)  # the least delayed
        return self._wall_time() if self._date is None else now + self._date


def deadline_of(timeout_seconds, deadline, now, gateway_now):
    """By timeout or by deadline, whichever comes first, on the monotonic clock that `now` is of."""
    if deadline is None:
        return now + timeout_seconds
    return now + max(0.0, min(timeout_seconds, deadline - gateway_now))
