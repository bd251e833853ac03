"""Puts the parts together and runs them until SIGTERM, or until there is no use in going on."""
import asyncio
import contextlib
import os
import secrets
import signal
import ssl
import time

from . import VERSION, shapes
from .deadlines import GatewayClock
from .delivery import Channel
from .kubernetes import KubeClient, KubeFailure, find_access
from .log import Log
from .reads import Reads
from .service import CommandService
from .settings import BadConfiguration, read_identity, read_settings
from .stream import GatewayStream, ProbeFile

STOPPED, BAD_CONFIGURATION = 0, 2  # exit codes
METADATA_TIMEOUT_SECONDS = 10.0
METADATA_STARTUP_WAIT_SECONDS = 1.0


class Metadata:
    """The cluster's version and size, gathered beside the stream and seldom."""

    def __init__(self, client, reads, settings, log):
        self._client, self._reads, self._settings, self._log = client, reads, settings, log
        self.facts = {}
        self._gathered_at = None
        self._task = None
        self.refresh_if_old()

    def refresh_if_old(self):
        now = time.monotonic()
        if self._gathered_at is None or now - self._gathered_at > self._settings.metadata_refresh_seconds:
            self._gathered_at = now
            self._task = asyncio.create_task(self._gather())

    async def wait_for_first(self):
        await asyncio.wait([self._task], timeout=METADATA_STARTUP_WAIT_SECONDS)

    async def _gather(self):
        async def fact(name, read):
            try:
                value = await read
                if value is not None:
                    self.facts[name] = value
            except KubeFailure as problem:
                self._log.warning("metadata_incomplete", error=str(problem))

        async def version():
            return shapes.text(await self._client.version(), "gitVersion")

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(METADATA_TIMEOUT_SECONDS):
                await fact("kubernetes_version", version())
                await fact("node_count", self._reads.count("nodes"))
                await fact("namespace_count", self._reads.count("namespaces"))

    async def close(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def post_heartbeats(stream, channel, settings, log):
    interval = settings.heartbeat_post_interval_seconds
    while interval > 0:
        await asyncio.sleep(interval)
        if stream.connected:
            give_up_at = asyncio.get_running_loop().time() + settings.response_try_timeout_seconds
            status, _ = await channel.post("/agent/heartbeat", b"{}", give_up_at)
            if status != 200:
                log.debug("heartbeat_unanswered", status=status)


def gateway_tls(authorities):
    """Certificate and host name are verified; there is no way to switch that off."""
    try:
        tls = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError) as problem:
        raise BadConfiguration(f"SSL_CERT_FILE: expected certificates as PEM: {problem}") from None
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    return tls


async def run(identity, settings, log, environment):
    tls = gateway_tls(identity.authorities)
    client = KubeClient(find_access(identity.kubeconfig, environment), settings)
    reads = Reads(client, settings)
    channel = Channel(identity, tls, settings, log)
    commands = CommandService(settings, reads, channel, log)
    metadata = Metadata(client, reads, settings, log)
    stream = GatewayStream(identity, settings, tls, secrets.token_urlsafe(16), channel, metadata, commands,
                           GatewayClock(time.time), ProbeFile(identity.probe_file, log), log)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log.info("agent_started", version=VERSION, cluster_name=identity.cluster_name)

    streaming, stopping = asyncio.create_task(stream.run()), asyncio.create_task(stop.wait())
    heartbeats = asyncio.create_task(post_heartbeats(stream, channel, settings, log))
    done, _ = await asyncio.wait([streaming, stopping], return_when=asyncio.FIRST_COMPLETED)
    code = streaming.result() if streaming in done and not stop.is_set() else STOPPED
    log.info("draining", unfinished=commands.unfinished)
    if not stream.connected:
        streaming.cancel()  # without a stream there is nothing more to hear; with one, a cancel may still come
    await commands.drain()
    for task in (streaming, stopping, heartbeats):
        task.cancel()
    await asyncio.gather(streaming, stopping, heartbeats, return_exceptions=True)
    await commands.close()
    await metadata.close()
    channel.close()
    log.info("stopped", exit_code=code)
    return code


def main():
    environment = os.environ
    log = Log()
    try:
        identity = read_identity(environment)
        log = Log(identity.log_level, [identity.key])
        return asyncio.run(run(identity, read_settings(environment), log, environment))
    except BadConfiguration as problem:
        log.error("configuration_invalid", error=str(problem))
        return BAD_CONFIGURATION
