"""HTTP/1.1 over TLS for asyncio, as much of it as a client with few servers needs (RFC 9112).

Nothing here waits for ever by itself: whoever calls sets the limit with `asyncio.timeout`, and a cancelled exchange leaves
its connection unusable.
"""
import asyncio
import dataclasses
import email.utils
import time

HEAD_BYTES_MAX = 64 * 1024
READ_BYTES = 64 * 1024


class ConnectionLost(Exception):
    """The peer went away, or said something that is no HTTP."""


class TooLarge(Exception):
    """The body is longer than the caller takes."""


@dataclasses.dataclass
class Head:
    status: int
    headers: dict[str, str]  # names in lower case; of a repeated one the first

    def get(self, name):
        return self.headers.get(name.lower())


class Connection:
    """One connection; one exchange at a time."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._left = 0  # bytes left of the body or of its chunk; None: until the connection ends
        self._chunked = self._ended = False
        self.reusable = True

    @classmethod
    async def open(cls, host, port, tls):
        try:
            reader, writer = await asyncio.open_connection(host, port, ssl=tls, limit=HEAD_BYTES_MAX)
        except (OSError, ValueError) as failure:
            raise ConnectionLost(str(failure)) from None
        return cls(reader, writer)

    def close(self):
        """At once and without a farewell: a peer that has gone would never answer it."""
        self.reusable = False
        self._writer.transport.abort()

    @property
    def dead(self):
        return not self.reusable or self._writer.is_closing() or self._reader.at_eof()

    async def start(self, method, target, headers, body=b""):
        """Sends a request and returns the head of its response; the body is read with `read`."""
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header with a line break")
        try:
            self._writer.write("\r\n".join(lines + ["", ""]).encode("latin-1") + body)
            await self._writer.drain()
            head = await self._read_head()
            while 100 <= head.status < 200:  # interim
                head = await self._read_head()
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as failure:
            self.close()
            raise ConnectionLost(str(failure) or "the connection ended") from None
        except BaseException:
            self.close()
            raise
        self._frame(head)
        return head

    async def read(self):
        """The next bytes of the body, b"" at its end. A body that is cut short is a ConnectionLost."""
        try:
            return await self._read_some()
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as failure:
            self.close()
            raise ConnectionLost(str(failure) or "the connection ended inside a message") from None
        except BaseException:
            self.close()
            raise

    async def read_all(self, bytes_max):
        parts, size = [], 0
        while part := await self.read():
            size += len(part)
            if size > bytes_max:
                self.close()
                raise TooLarge(f"more than {bytes_max} bytes")
            parts.append(part)
        return b"".join(parts)

    async def _read_head(self):
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        version, status, *_ = lines[0].split(" ", 2)
        if not version.startswith("HTTP/1.") or len(status) != 3:
            raise ValueError("no HTTP/1.1")
        headers = {}
        for line in lines[1:-2]:
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError("a malformed header")
            headers.setdefault(name.strip().lower(), value.strip())
        if version == "HTTP/1.0" or "close" in headers.get("connection", "").lower():
            self.reusable = False
        return Head(int(status), headers)

    def _frame(self, head):
        self._chunked = "chunked" in (head.get("transfer-encoding") or "").lower()
        length = head.get("content-length")
        self._left = 0 if self._chunked or head.status in (204, 304) else int(length) if length and length.isdigit() else None
        self._ended = self._left == 0 and not self._chunked
        if self._left is None:
            self.reusable = False

    async def _read_some(self):
        if self._ended:
            return b""
        if self._chunked and self._left == 0:
            self._left = int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if self._left == 0:
                while await self._reader.readuntil(b"\r\n") != b"\r\n":  # trailers
                    pass
                self._ended = True
                return b""
        part = await self._reader.read(READ_BYTES if self._left is None else min(READ_BYTES, self._left))
        if not part:
            if self._left is None:
                self._ended = True
                return b""
            raise EOFError
        if self._left is not None:
            self._left -= len(part)
            if self._left == 0 and self._chunked:
                if await self._reader.readexactly(2) != b"\r\n":
                    raise ValueError("a malformed chunk")
            self._ended = self._left == 0 and not self._chunked
        return part


@dataclasses.dataclass
class Response:
    status: int
    head: Head
    body: bytes


class Pool:
    """Few kept connections to one server. `exchange` waits for a free one; the caller's timeout covers that too.

    An exchange without an answer after `slow_after` seconds leaves its place to the next, so that one swallowed request does
    not hold up the others; at most `slow_max` do.
    """

    def __init__(self, host, port, tls, connections_max, dial_timeout, resend=False, slow_after=None, slow_max=0, idle_max=60.0):
        self._host, self._port, self._tls, self._dial_timeout = host, port, tls, dial_timeout
        self._places = asyncio.Semaphore(connections_max)
        self._slow_after, self._slow_places = slow_after, slow_max
        self._keep, self._idle_max, self._resend = connections_max, idle_max, resend
        self._idle = []  # (connection, since)

    async def exchange(self, method, target, headers, body=b"", bytes_max=64 * 1024, budget=None):
        """`budget` seconds are for the exchange itself, once a connection is free."""
        await self._places.acquire()
        held = [True]

        def leave_early():
            if self._slow_places > 0:
                self._slow_places -= 1
                held[0] = False
                self._places.release()

        timer = asyncio.get_running_loop().call_later(self._slow_after, leave_early) if self._slow_after else None
        try:
            async with asyncio.timeout(budget):
                return await self._exchange(method, target, headers, body, bytes_max)
        finally:
            if timer:
                timer.cancel()
            if held[0]:
                self._places.release()
            else:
                self._slow_places += 1

    async def _exchange(self, method, target, headers, body, bytes_max):
        kept = self._take_idle()
        if kept:
            try:
                return await self._on(kept, method, target, headers, body, bytes_max)
            except ConnectionLost:
                # The server may have closed it while nobody looked. Once more, if that does no harm.
                if not self._resend:
                    raise
        async with asyncio.timeout(self._dial_timeout):
            fresh = await Connection.open(self._host, self._port, self._tls)
        return await self._on(fresh, method, target, headers, body, bytes_max)

    async def _on(self, connection, method, target, headers, body, bytes_max):
        head = await connection.start(method, target, headers, body)
        content = await connection.read_all(bytes_max)
        if connection.reusable and len(self._idle) < self._keep:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()
        return Response(head.status, head, content)

    def _take_idle(self):
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.dead and time.monotonic() - since < self._idle_max:
                return connection
            connection.close()
        return None

    def close(self):
        for connection, _ in self._idle:
            connection.close()
        self._idle.clear()


def retry_after(head, now=time.time):
    """Seconds that a Retry-After header asks for (RFC 9110 §10.2.3), None without a sensible one."""
    text = head.get("retry-after")
    if not text:
        return None
    if text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now())
    except ValueError:
        return None
