"""Posting to the gateway over few kept connections, and posting answers again until they are taken."""
import random
import time
import urllib.parse

import asyncio

from .http1 import ConnectionLost, Pool, TooLarge, retry_after

PROMPT_BYTES_MAX = 64 * 1024  # longer bodies go by a connection of their own
TRIES_MIN = 3                 # made even if the deadline passes meanwhile ...
GRACE_SECONDS = 5.0           # ... but by at most this much
KEY_HOLD_SECONDS = 60.0       # how long nothing is posted after a 401, unless the stream is accepted meanwhile


class Channel:
    """Posts one body at a time on each of two kept connections."""

    def __init__(self, identity, tls, settings, log):
        self._identity, self._settings, self._log = identity, settings, log
        host, port = identity.gateway.hostname, identity.gateway.port or 443
        self._prompt, self._bulk = (Pool(host, port, tls, 1, settings.dial_timeout_seconds, resend=True, slow_after=2.0, slow_max=3)
                                    for _ in range(2))
        self._refused_at = None

    def headers(self):
        return {"Host": self._identity.gateway.netloc, "Authorization": "Bearer " + self._identity.key, "User-Agent": "outbound-agent"}

    def on_key_refused(self):
        self._refused_at = time.monotonic()

    def on_key_accepted(self):
        self._refused_at = None

    @property
    def key_refused(self):
        return self._refused_at is not None and time.monotonic() - self._refused_at < KEY_HOLD_SECONDS

    async def post(self, path, body, give_up_at):
        """(status, Retry-After in seconds or None); status 0 when there was no answer."""
        if self.key_refused:
            return 401, None
        headers = {**self.headers(), "Content-Type": "application/json", "Accept": "application/json"}
        pool = self._bulk if len(body) > PROMPT_BYTES_MAX else self._prompt
        try:
            async with asyncio.timeout_at(give_up_at):
                response = await pool.exchange("POST", self._identity.gateway.path + path, headers, body,
                                               budget=self._settings.response_try_timeout_seconds)
        except (ConnectionLost, TooLarge, TimeoutError):
            return 0, None
        if response.status == 401:
            self.on_key_refused()
            self._log.error("key_rejected", status=401)
        return response.status, retry_after(response.head)

    def close(self):
        self._prompt.close()
        self._bulk.close()


def is_worth_repeating(status):
    return status in (0, 408, 425, 429) or status >= 500


class Retry:
    """Whether and when to post an answer again: jittered pauses from half of an envelope that doubles to all of it."""

    def __init__(self, settings, deadline, random_source=random):
        self._settings, self._deadline, self._random = settings, deadline, random_source
        self._tries = 0

    def delay_after(self, floor, now):
        """Seconds to wait before the next try, None to give up."""
        self._tries += 1
        envelope = min(self._settings.response_retry_initial_seconds * 2 ** min(self._tries - 1, 32),
                       self._settings.response_retry_cap_seconds)
        delay = self._random.uniform(floor, floor + envelope) if floor else self._random.uniform(envelope / 2, envelope)
        owed = self._tries < TRIES_MIN
        left = self._deadline + (GRACE_SECONDS if owed else 0.0) - now
        if owed:
            delay = max(floor, min(delay, left / (TRIES_MIN - self._tries + 1)))  # time for each try that is still owed
        return delay if delay < left else None


async def deliver(channel, settings, log, request_id, body, deadline):
    """Posts an answer until it is taken or its time is over; "delivered", or why not."""
    now = asyncio.get_running_loop().time
    retry = Retry(settings, deadline)
    path = "/agent/response/" + urllib.parse.quote(request_id, safe="")
    while True:
        status, asked = await channel.post(path, body, deadline + GRACE_SECONDS)
        if 200 <= status < 300:
            return "delivered"
        if status in (401, 403):
            return "key_refused"
        if status == 413:
            return "too_large"
        if not is_worth_repeating(status):
            return "refused"
        delay = retry.delay_after(asked or 0.0, now())
        if delay is None:
            return "given_up"
        log.warning("response_retried", request_id=request_id, status=status, delay_seconds=round(delay, 3))
        await asyncio.sleep(delay)
