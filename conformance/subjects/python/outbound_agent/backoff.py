"""How long to wait before the next attempt. One policy for every kind of end."""
import dataclasses
import random


@dataclasses.dataclass(frozen=True)
class AttemptEnd:
    reason: str
    established: bool = False     # the `connected` event had come
    healthy_seconds: float = 0.0  # from `connected` to the last sign of life
    floor_seconds: float = 0.0    # the longest that the gateway asked to wait
    key_refused: bool = False


class Backoff:
    """Full jitter: the k-th delay in a row is drawn from (0, min(cap, initial * factor^k)]. What the gateway asks for only
    lengthens a delay. The count starts anew after a healthy stream, and only then."""

    def __init__(self, settings, random_source=random):
        self._settings, self._random = settings, random_source
        self._ends = 0

    def delay_after(self, end):
        s = self._settings
        if end.established and end.healthy_seconds >= s.healthy_after_seconds:
            self._ends = 0
        low, high = 0.0, min(s.backoff_cap_seconds, s.backoff_initial_seconds * s.backoff_factor ** min(self._ends, 64))
        self._ends += 1
        if end.key_refused:
            low, high = s.slow_lane_seconds / 2, s.slow_lane_seconds * 1.5
        elif end.established:
            high = max(high, s.session_spread_seconds)
        floor = min(end.floor_seconds, s.floor_max_seconds)
        if floor > low:
            low, high = floor, max(high, self._raised(floor))
        # 1 - random() lies in (0, 1]: never a delay of nothing.
        return low + (high - low) * (1.0 - self._random.random())

    def _raised(self, floor):
        high = floor + min(floor / 2, 60.0)
        cap = self._settings.backoff_cap_seconds
        return max(min(high, cap), floor + 1.0) if floor < cap else high
