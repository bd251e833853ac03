"""Which commands were seen and how they were answered, so that a repeat is answered again and not run again."""
import collections
import dataclasses

FRESH, IN_FLIGHT, ANSWERED, FORGOTTEN = "fresh", "in_flight", "answered", "forgotten"


@dataclasses.dataclass
class _Entry:
    answered_at: float | None = None
    body: bytes | None = None


class Memory:
    """Bounded by entries, age and bytes of answers. The oldest answered ones go first, those under way never."""

    def __init__(self, settings):
        self._settings = settings
        self._under_way = set()
        self._answered = collections.OrderedDict()  # by time of answer
        self._with_body = collections.deque()
        self._bytes = 0

    def on_command(self, request_id, now):
        """What is known of it, and its stored answer if there is one. A fresh one is under way from now on."""
        self._trim(now)
        if request_id in self._under_way:
            return IN_FLIGHT, None
        entry = self._answered.get(request_id)
        if entry is None:
            self._under_way.add(request_id)
            return FRESH, None
        return (FORGOTTEN, None) if entry.body is None else (ANSWERED, entry.body)

    def on_answered(self, request_id, body, now):
        self._under_way.discard(request_id)
        self._answered[request_id] = _Entry(now, body)
        self._with_body.append(request_id)
        self._bytes += len(body)
        self._trim(now)

    def _trim(self, now):
        while self._bytes > self._settings.answer_bytes_kept:
            self._drop_body(self._answered.get(self._with_body.popleft()))
        while self._answered:
            request_id, entry = next(iter(self._answered.items()))
            too_old = now - entry.answered_at > self._settings.remember_seconds
            if not too_old and len(self._answered) <= self._settings.answers_kept:
                return
            self._drop_body(entry)
            del self._answered[request_id]
            if self._with_body and self._with_body[0] == request_id:
                self._with_body.popleft()

    def _drop_body(self, entry):
        if entry and entry.body is not None:
            self._bytes -= len(entry.body)
            entry.body = None
