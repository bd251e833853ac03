"""Server-sent events from bytes (WHATWG HTML, "Interpreting an event stream"), however they are cut."""
import dataclasses


class EventTooLarge(Exception):
    """One event is longer than the limit."""


@dataclasses.dataclass(frozen=True)
class Event:
    type: str
    data: str


class Decoder:
    """For one connection after another: the last event id and `retry:` outlive a connection, half an event does not."""

    def __init__(self, event_bytes_max):
        self._limit = event_bytes_max
        self.last_event_id = ""
        self.retry_seconds = None
        self.start()

    def start(self):
        """A new connection begins."""
        self._line = bytearray()
        self._first_line, self._after_cr, self._in_comment = True, False, False
        self._size = 0
        self._new_id = self.last_event_id
        self._type, self._data = "", []

    def feed(self, chunk):
        """The events that are complete with `chunk`. Raises EventTooLarge: the stream is of no use any more."""
        events = []
        at = 0
        if self._after_cr and chunk.startswith(b"\n"):
            at = 1
        self._after_cr = chunk.endswith(b"\r")
        while True:
            end = _line_end(chunk, at)
            rest = len(chunk) if end < 0 else end
            self._take_bytes(chunk[at:rest])
            if end < 0:
                return events
            at = end + (2 if chunk[end:end + 2] == b"\r\n" else 1)
            line, self._line = bytes(self._line), bytearray()
            if self._in_comment:
                self._in_comment = self._first_line = False
                continue
            if self._first_line:
                self._first_line = False
                line = line.removeprefix(b"\xef\xbb\xbf")
            event = self._take_line(line)
            if event:
                events.append(event)

    def _take_bytes(self, part):
        """Adds to the line under way. A comment belongs to no event, so nothing of it is kept."""
        if not self._line and part.startswith(b":"):
            self._in_comment = True
        if self._in_comment:
            return
        self._size += len(part)
        if self._size > self._limit:
            raise EventTooLarge(f"an event of more than {self._limit} bytes")
        self._line += part

    def _take_line(self, line):
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            self._type = value.decode("utf-8", "replace")
        elif field == b"id":
            if b"\0" not in value:
                self._new_id = value.decode("utf-8", "replace")
        elif field == b"retry":
            if value.isdigit():
                self.retry_seconds = int(value[-12:]) / 1000 if len(value.lstrip(b"0")) <= 12 else 1e9
        return None

    def _dispatch(self):
        self.last_event_id = self._new_id
        event = Event(self._type or "message", "\n".join(self._data)) if self._data else None
        self._type, self._data, self._size = "", [], 0
        return event


def _line_end(chunk, at):
    cr, lf = chunk.find(b"\r", at), chunk.find(b"\n", at)
    return max(cr, lf) if cr < 0 or lf < 0 else min(cr, lf)
