"""The one stream to the gateway: dial, ask, read, wait, again."""
import asyncio
import contextlib
import dataclasses
import urllib.parse

from . import VERSION, messages
from .backoff import AttemptEnd, Backoff
from .deadlines import deadline_of, parse_time
from .http1 import Connection, ConnectionLost, retry_after
from .sse import Decoder, EventTooLarge

GATEWAY_SENT_AWAY, KEY_REFUSED = 4, 3  # exit codes


class AttemptEnded(Exception):
    def __init__(self, reason, error="", status=0, floor=0.0):
        super().__init__(reason)
        self.reason, self.error, self.status, self.floor = reason, error, status, floor


def refusal(head):
    """Why a response is no stream of ours, None if it is one."""
    media_type = (head.get("content-type") or "").partition(";")[0].strip().lower()
    if head.status in (401, 403):
        return "key_refused"
    if head.status == 204:
        return "no_content"
    if head.status == 429:
        return "throttled"
    if head.status >= 500:
        return "server_error"
    if 300 <= head.status < 400:
        return "redirected"
    if head.status != 200:
        return "unexpected_status"
    return None if media_type == "text/event-stream" else "not_an_event_stream"


@dataclasses.dataclass
class Connected:
    """What is known of the stream that is up."""
    since: float | None = None  # of the `connected` event
    last_byte: float = 0.0
    heartbeat_interval: float | None = None


class GatewayStream:
    def __init__(self, identity, settings, tls, instance_id, channel, metadata, commands, clock, probe, log):
        self._identity, self._settings, self._tls, self._instance_id = identity, settings, tls, instance_id
        self._channel, self._metadata, self._commands, self._clock = channel, metadata, commands, clock
        self._probe, self._log = probe, log
        self._now = asyncio.get_running_loop().time
        self._backoff = Backoff(settings)
        self._decoder = Decoder(settings.event_bytes_max)
        self._state = Connected()
        self._drain_floor = 0.0
        self._ever_connected = False

    @property
    def connected(self):
        return self._state.since is not None

    async def run(self):
        """Returns an exit code when it must not try again; else only cancellation ends it."""
        await self._metadata.wait_for_first()
        while True:
            ended = await self._attempt()
            if ended.reason == "no_content":
                return GATEWAY_SENT_AWAY
            if ended.reason == "key_refused" and not self._ever_connected:
                return KEY_REFUSED
            await asyncio.sleep(self._delay_after(ended))

    async def _attempt(self):
        self._state = Connected()
        connection = None
        try:
            connection = await self._dial()
            await self._ask(connection)
            await self._read(connection)
        except AttemptEnded as ended:
            return ended
        finally:
            if connection:
                connection.close()
            self._probe.set_ready(False)
            if self.connected and asyncio.current_task().cancelling():
                self._log.info("disconnected", cluster_name=self._identity.cluster_name, reason="stopping")

    async def _dial(self):
        gateway = self._identity.gateway
        try:
            async with asyncio.timeout(self._settings.dial_timeout_seconds):
                return await Connection.open(gateway.hostname, gateway.port or 443, self._tls)
        except TimeoutError:
            raise AttemptEnded("dial_timeout") from None
        except ConnectionLost as failure:
            raise AttemptEnded("dial_failed", str(failure)) from None

    async def _ask(self, connection):
        query = {"agent_version": VERSION, "instance_id": self._instance_id, "cluster_name": self._identity.cluster_name,
                 **self._metadata.facts}
        target = f"{self._identity.gateway.path}/agent/connect?{urllib.parse.urlencode({k: v for k, v in query.items() if v != ''})}"
        headers = {**self._channel.headers(), "Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if last := self._decoder.last_event_id:
            # As UTF-8 bytes, as browsers send it.
            headers["Last-Event-ID"] = last.encode().decode("latin-1")
        try:
            async with asyncio.timeout(self._settings.head_timeout_seconds):
                head = await connection.start("GET", target, headers)
        except TimeoutError:
            raise AttemptEnded("head_timeout") from None
        except ConnectionLost as failure:
            raise AttemptEnded("connection_lost", str(failure)) from None
        reason = refusal(head)
        if reason == "key_refused":
            self._channel.on_key_refused()
        if reason:
            raise AttemptEnded(reason, status=head.status, floor=retry_after(head) or 0.0)
        self._clock.on_stream(head.get("date"), self._now())

    async def _read(self, connection):
        self._decoder.start()
        state = self._state
        head_at = state.last_byte = self._now()
        while True:
            interval = state.heartbeat_interval or self._settings.heartbeat_interval_seconds
            silent_at, until = state.last_byte + interval * self._settings.watchdog_intervals, None
            if not self.connected:
                until = min(silent_at, head_at + self._settings.connected_timeout_seconds)
            try:
                async with asyncio.timeout_at(until or silent_at):
                    chunk = await connection.read()
            except TimeoutError:
                raise AttemptEnded("watchdog" if until is None or until == silent_at else "connected_timeout") from None
            except ConnectionLost as failure:
                raise AttemptEnded("connection_lost", str(failure)) from None
            if not chunk:
                raise AttemptEnded("end_of_stream")
            state.last_byte = self._now()
            try:
                for event in self._decoder.feed(chunk):
                    self._on_event(event)
            except EventTooLarge as failure:
                raise AttemptEnded("event_too_large", str(failure)) from None

    def _on_event(self, event):
        try:
            self._on_message(event.type, event.data)
        except messages.BadMessage as problem:
            self._log.warning("event_skipped", type=event.type[:64], reason=str(problem))

    def _on_message(self, kind, data):
        if kind == "connected":
            self._on_connected(messages.parse(data))
        elif kind == "heartbeat":
            self._clock.on_heartbeat(parse_time(messages.parse(data).get("timestamp")), self._now())
        elif kind == "drain":
            self._drain_floor = max(self._drain_floor, messages.reconnect_after_of(messages.parse(data)))
        elif kind in ("command", "cancel") and not self.connected:
            raise messages.BadMessage("not connected yet")
        elif kind == "command":
            self._on_command(messages.command_of(messages.parse(data)))
        elif kind == "cancel":
            self._commands.on_cancel(messages.request_id_of(messages.parse(data)))

    def _on_command(self, command):
        now = self._now()
        deadline = deadline_of(command.timeout_seconds, command.deadline, now, self._clock.at(now))
        self._commands.on_command(command.request_id, command.name, command.params, deadline)

    def _on_connected(self, message):
        interval = messages.heartbeat_interval_of(message)
        if interval is not None:
            self._state.heartbeat_interval = interval
        if self.connected:
            return
        self._state.since = self._now()
        self._ever_connected = True
        self._channel.on_key_accepted()
        self._probe.set_ready(True)
        name = message.get("cluster_name")
        self._log.info("connected_to_gateway", cluster_name=name if isinstance(name, str) else self._identity.cluster_name,
                       cluster_id=message.get("cluster_id"), instance_id=self._instance_id)

    def _delay_after(self, ended):
        state, self._state = self._state, Connected()
        # A peer that ends the stream was alive until now; silence proves nothing after its last byte.
        alive = state.last_byte if ended.reason == "watchdog" else self._now()
        healthy = alive - state.since if state.since is not None else 0.0
        floor = max(ended.floor, self._drain_floor, self._decoder.retry_seconds or 0.0)
        self._drain_floor = 0.0
        refused = ended.reason == "key_refused" or self._channel.key_refused
        delay = self._backoff.delay_after(AttemptEnd(ended.reason, state.since is not None, healthy, floor, refused))
        self._report(ended, state, healthy, delay)
        self._metadata.refresh_if_old()
        return delay

    def _report(self, ended, state, healthy, delay):
        fields = {"cluster_name": self._identity.cluster_name, "reason": ended.reason, "error": ended.error}
        if ended.reason == "key_refused":
            self._log.error("key_rejected", status=ended.status)
        if state.since is not None:
            self._log.info("disconnected", **fields, healthy_seconds=round(healthy, 3), retry_in_seconds=round(delay, 3))
        else:
            self._log.warning("connect_failed", **fields, status=ended.status, retry_in_seconds=round(delay, 3))


class ProbeFile:
    """Exists exactly while connected; the kubelet's readiness probe looks for it."""

    def __init__(self, path, log):
        self._path, self._log, self._ready = path, log, None
        self.set_ready(False)

    def set_ready(self, ready):
        if ready == self._ready:
            return
        self._ready = ready
        try:
            if ready:
                self._path.touch()
            else:
                with contextlib.suppress(FileNotFoundError):
                    self._path.unlink()
        except OSError as problem:
            self._log.warning("probe_file_failed", path=str(self._path), error=str(problem))
