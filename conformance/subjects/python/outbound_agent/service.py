"""Commands from their arrival to their answer: a bounded number at work, a bounded number waiting, each with its deadline."""
import asyncio
import collections
import dataclasses

from . import memory
from .answers import Outcome, print_answer
from .delivery import deliver
from .kubernetes import KubeFailure
from .params import COMMANDS, InvalidParams, UnknownCommand, read_params

ANSWER_RESERVE_SECONDS = 2.0  # of a drain, kept for the answers


@dataclasses.dataclass(eq=False)
class Call:
    request_id: str
    command: str
    params: object
    deadline: float
    task: asyncio.Task | None = None
    expiry: asyncio.TimerHandle | None = None
    ended_as: Outcome | None = None  # why it was cancelled


def _failure(code, sentence):
    return Outcome(error_code=code, error=sentence)


SHUTTING_DOWN = "the agent is shutting down"


class CommandService:
    def __init__(self, settings, reads, channel, log):
        self._settings, self._reads, self._channel, self._log = settings, reads, channel, log
        self._loop = asyncio.get_running_loop()
        self._memory = memory.Memory(settings)
        self._running = {}  # id -> Call
        self._queue = collections.OrderedDict()
        self._pending = collections.Counter()  # ids of answers on their way
        self._pending_bytes = 0
        self._tasks = set()
        self._draining = False
        self._changed = asyncio.Event()

    @property
    def unfinished(self):
        return len(self._running) + len(self._queue) + self._pending.total()

    def on_command(self, request_id, command, params, deadline):
        now = self._loop.time()
        seen, body = self._memory.on_command(request_id, now)
        if seen != memory.FRESH:
            self._on_repeat(request_id, seen, body, deadline)
            return
        call = Call(request_id, command, params, deadline)
        self._log.info("command_received", request_id=request_id, command=_shown(command))
        if self._draining:
            self._finish(call, _failure("unavailable", SHUTTING_DOWN))
        elif deadline <= now:
            self._finish(call, _failure("expired", "the deadline passed before the command could start"))
        elif len(self._running) < self._settings.workers:
            self._start(call)
        elif len(self._queue) < self._settings.queue_max:
            self._queue[request_id] = call
            call.expiry = self._loop.call_at(deadline, self._on_expiry, call)
        else:
            self._finish(call, _failure("busy", "all workers are taken and the queue is full"))

    def on_cancel(self, request_id):
        if call := self._take_queued(request_id):
            self._finish(call, _failure("cancelled", "cancelled before it started"))
        elif call := self._running.get(request_id):
            self._stop(call, _failure("cancelled", "cancelled while it ran"))

    async def drain(self):
        """No new commands; those under way have the drain's time, less what their answers need."""
        self._draining = True
        until = self._loop.time() + self._settings.drain_timeout_seconds
        if not await self._wait(until - ANSWER_RESERVE_SECONDS, lambda: not self._running and not self._queue):
            for request_id in list(self._queue):
                self._finish(self._take_queued(request_id), _failure("cancelled", SHUTTING_DOWN))
            for call in self._running.values():
                self._stop(call, _failure("cancelled", SHUTTING_DOWN))
        if not await self._wait(until, lambda: self.unfinished == 0):
            self._log.warning("drain_incomplete", unfinished=self.unfinished)

    async def close(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self, until, condition):
        try:
            async with asyncio.timeout_at(until):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
                return True
        except TimeoutError:
            return False

    def _on_repeat(self, request_id, seen, body, deadline):
        self._log.info("command_repeated", request_id=request_id)
        if self._pending[request_id] or seen == memory.IN_FLIGHT:
            return  # the one answer will do for both
        if seen == memory.FORGOTTEN:
            gone = _failure("unavailable", "the answer to this request is no longer kept")
            body = print_answer(request_id, gone, self._settings.body_bytes_max)
        self._post(request_id, body, deadline)

    def _on_expiry(self, call):
        self._take_queued(call.request_id)
        self._finish(call, _failure("expired", "the deadline passed before a worker was free"))

    def _take_queued(self, request_id):
        call = self._queue.pop(request_id, None)
        if call and call.expiry:
            call.expiry.cancel()
        return call

    def _start(self, call):
        self._running[call.request_id] = call
        call.task = self._spawn(self._work(call))

    def _stop(self, call, outcome):
        if call.ended_as is None:
            call.ended_as = outcome
            call.task.cancel()

    async def _work(self, call):
        begun = self._loop.time()
        try:
            async with asyncio.timeout_at(call.deadline):
                outcome = await self._outcome_of(call)
        except TimeoutError:
            outcome = _failure("timeout", "the deadline passed while it ran")
        except asyncio.CancelledError:
            if call.ended_as is None:
                raise
            outcome = call.ended_as
        finally:
            del self._running[call.request_id]
        self._finish(call, outcome, self._loop.time() - begun)
        while self._queue and len(self._running) < self._settings.workers:
            self._start(self._take_queued(next(iter(self._queue))))

    async def _outcome_of(self, call):
        try:
            params = read_params(call.command, call.params)
            result, truncated = await self._reads.run(call.command, params)
            return Outcome(result=result, truncated=truncated)
        except UnknownCommand as problem:
            return _failure("unknown_command", str(problem))
        except InvalidParams as problem:
            return _failure("invalid", str(problem))
        except KubeFailure as problem:
            return Outcome(error_code=problem.code, error=str(problem), detail=problem.detail)
        except Exception as fault:  # one command's bug is not the others' end
            self._log.error("command_fault", request_id=call.request_id, error=repr(fault))
            return _failure("internal", "a fault of the agent")

    def _finish(self, call, outcome, duration=0.0):
        self._log.info("command_finished", request_id=call.request_id, command=_shown(call.command),
                       code=outcome.error_code or "ok", duration_seconds=round(duration, 3))
        if outcome.error_code == "denied":
            detail = outcome.detail or {}
            self._log.warning("denied", request_id=call.request_id, command=_shown(call.command), status=detail.get("code"),
                              verb=detail.get("verb"), resource=detail.get("resource"), namespace=detail.get("namespace"))
        body = print_answer(call.request_id, outcome, self._settings.body_bytes_max)
        self._memory.on_answered(call.request_id, body, self._loop.time())
        self._post(call.request_id, body, call.deadline)

    def _post(self, request_id, body, deadline):
        s = self._settings
        if self._pending.total() >= s.pending_max or self._pending_bytes + len(body) > s.pending_bytes_max:
            self._log.error("answer_undelivered", request_id=request_id, reason="too_many_pending")
            return
        self._pending[request_id] += 1
        self._pending_bytes += len(body)
        self._spawn(self._deliver(request_id, body, max(deadline, self._loop.time())))

    async def _deliver(self, request_id, body, deadline):
        try:
            end = await deliver(self._channel, self._settings, self._log, request_id, body, deadline)
            if end == "too_large":
                # The gateway takes less than we thought: tell its caller so much.
                shorter = _failure("too_large", "the gateway does not take an answer this long")
                shorter = print_answer(request_id, shorter, self._settings.body_bytes_max)
                end = await deliver(self._channel, self._settings, self._log, request_id, shorter, deadline)
            if end != "delivered":
                self._log.warning("answer_undelivered", request_id=request_id, reason=end)
        finally:
            self._pending_bytes -= len(body)
            self._pending[request_id] -= 1
            if not self._pending[request_id]:
                del self._pending[request_id]

    def _spawn(self, work):
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _on_task_done(self, task):
        self._tasks.discard(task)
        self._changed.set()


def _shown(command):
    """A command's name in the log: a known one, since an unknown one may be anything."""
    return command if command in COMMANDS else "(unknown)"
