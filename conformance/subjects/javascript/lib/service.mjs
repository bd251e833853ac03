// Commands from their arrival to their answer: a bounded number at work, a bounded number waiting, each with its deadline.
import { failure, printAnswer } from './answers.mjs';
import { now } from './clocks.mjs';
import { deliver } from './delivery.mjs';
import { KubeFailure } from './kubernetes.mjs';
import { Memory } from './memory.mjs';
import { COMMANDS, InvalidParams, UnknownCommand, readParams } from './params.mjs';

const ANSWER_RESERVE_SECONDS = 2; // of a drain, kept for the answers
const SHUTTING_DOWN = 'the agent is shutting down';

export class CommandService {
  #settings;
  #reads;
  #log;
  #memory;
  #running = new Map(); // id -> call
  #queue = new Map(); // in order of arrival
  #pending = new Map(); // id -> answers on their way
  #pendingCount = 0;
  #pendingBytes = 0;
  #draining = false;
  #changed = () => {};
  #closed = new AbortController();
  #delivery;

  constructor(settings, reads, channel, log) {
    this.#settings = settings;
    this.#reads = reads;
    this.#log = log;
    this.#memory = new Memory(settings);
    this.#delivery = { channel, settings, log, signal: this.#closed.signal };
  }

  get unfinished() { return this.#running.size + this.#queue.size + this.#pendingCount; }

  onCommand({ requestId, name, params }, deadline) {
    const { seen, body } = this.#memory.onCommand(requestId, now());
    if (seen !== 'fresh') return this.#onRepeat(requestId, seen, body, deadline);
    const call = { requestId, name, params, deadline, abort: new AbortController() };
    this.#log.info('command_received', { request_id: requestId, command: shown(name) });
    if (this.#draining) return this.#finish(call, failure('unavailable', SHUTTING_DOWN));
    if (deadline <= now()) return this.#finish(call, failure('expired', 'the deadline passed before the command could start'));
    if (this.#running.size < this.#settings.workers) return this.#start(call);
    if (this.#queue.size >= this.#settings.queueMax) {
      return this.#finish(call, failure('busy', 'all workers are taken and the queue is full'));
    }
    this.#queue.set(requestId, call);
    call.expiry = setTimeout(() => {
      this.#finish(this.#takeQueued(requestId), failure('expired', 'the deadline passed before a worker was free'));
    }, (deadline - now()) * 1000);
    return undefined;
  }

  onCancel(requestId) {
    const queued = this.#takeQueued(requestId);
    if (queued) this.#finish(queued, failure('cancelled', 'cancelled before it started'));
    else this.#running.get(requestId)?.abort.abort(failure('cancelled', 'cancelled while it ran'));
  }

  /** No new commands; those under way have the drain's time, less what their answers need. */
  async drain() {
    this.#draining = true;
    const until = now() + this.#settings.drainTimeoutSeconds;
    if (!await this.#wait(until - ANSWER_RESERVE_SECONDS, () => this.#running.size + this.#queue.size === 0)) {
      const outcome = failure('cancelled', SHUTTING_DOWN);
      for (const requestId of [...this.#queue.keys()]) this.#finish(this.#takeQueued(requestId), outcome);
      for (const call of this.#running.values()) call.abort.abort(outcome);
    }
    if (!await this.#wait(until, () => this.unfinished === 0)) this.#log.warning('drain_incomplete', { unfinished: this.unfinished });
  }

  close() {
    this.#closed.abort();
  }

  /** Whether the condition came true in time. */
  #wait(until, condition) {
    if (condition()) return true;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#changed = () => {};
        resolve(condition());
      };
      const timer = setTimeout(end, Math.max(0, until - now()) * 1000);
      this.#changed = () => {
        if (condition()) end();
      };
    });
  }

  #onRepeat(requestId, seen, stored, deadline) {
    this.#log.info('command_repeated', { request_id: requestId });
    if (seen === 'in_flight' || this.#pending.has(requestId)) return; // the one answer will do for both
    const gone = failure('unavailable', 'the answer to this request is no longer kept');
    this.#post(requestId, stored ?? printAnswer(requestId, gone, this.#settings.bodyBytesMax), deadline);
  }

  #takeQueued(requestId) {
    const call = this.#queue.get(requestId);
    this.#queue.delete(requestId);
    clearTimeout(call?.expiry);
    return call;
  }

  #start(call) {
    this.#running.set(call.requestId, call);
    this.#work(call);
  }

  async #work(call) {
    const begun = now();
    const late = setTimeout(() => call.abort.abort(failure('timeout', 'the deadline passed while it ran')), (call.deadline - begun) * 1000);
    // What a read yields once it is given up is no answer, and nobody waits for it.
    const givenUp = new Promise((resolve) => {
      call.abort.signal.addEventListener('abort', () => resolve(call.abort.signal.reason));
    });
    const outcome = await Promise.race([this.#outcomeOf(call), givenUp]);
    clearTimeout(late);
    this.#running.delete(call.requestId);
    this.#finish(call, outcome, now() - begun);
    for (const next of this.#queue.keys()) {
      if (this.#running.size >= this.#settings.workers) break;
      this.#start(this.#takeQueued(next));
    }
  }

  async #outcomeOf(call) {
    try {
      return await this.#reads.run(call.name, readParams(call.name, call.params), call.abort.signal);
    } catch (problem) {
      if (problem instanceof UnknownCommand) return failure('unknown_command', problem.message);
      if (problem instanceof InvalidParams) return failure('invalid', problem.message);
      if (problem instanceof KubeFailure) return failure(problem.code, problem.message, problem.detail);
      // One command's bug is not the others' end.
      if (!call.abort.signal.aborted) this.#log.error('command_fault', { request_id: call.requestId, error: String(problem) });
      return failure('internal', 'a fault of the agent');
    }
  }

  #finish(call, outcome, seconds = 0) {
    this.#log.info('command_finished', {
      request_id: call.requestId, command: shown(call.name), code: outcome.errorCode ?? 'ok', duration_seconds: seconds,
    });
    if (outcome.errorCode === 'denied') {
      const { code, verb, resource, namespace } = outcome.detail ?? {};
      this.#log.warning('denied', { request_id: call.requestId, command: shown(call.name), status: code, verb, resource, namespace });
    }
    const body = printAnswer(call.requestId, outcome, this.#settings.bodyBytesMax);
    this.#memory.onAnswered(call.requestId, body, now());
    this.#post(call.requestId, body, call.deadline);
    this.#changed();
  }

  #post(requestId, body, deadline) {
    if (this.#pendingCount >= this.#settings.pendingMax || this.#pendingBytes + body.length > this.#settings.pendingBytesMax) {
      this.#log.error('answer_undelivered', { request_id: requestId, reason: 'too_many_pending' });
      return;
    }
    this.#countPending(requestId, 1, body.length);
    this.#deliver(requestId, body, Math.max(deadline, now())).finally(() => {
      this.#countPending(requestId, -1, -body.length);
      this.#changed();
    });
  }

  #countPending(requestId, count, bytes) {
    this.#pendingCount += count;
    this.#pendingBytes += bytes;
    const left = (this.#pending.get(requestId) ?? 0) + count;
    if (left > 0) this.#pending.set(requestId, left);
    else this.#pending.delete(requestId);
  }

  async #deliver(requestId, body, deadline) {
    let end = await deliver(this.#delivery, requestId, body, deadline);
    if (end === 'too_large') {
      // The gateway takes less than we thought: tell its caller so much.
      const shorter = failure('too_large', 'the gateway does not take an answer this long');
      end = await deliver(this.#delivery, requestId, printAnswer(requestId, shorter, this.#settings.bodyBytesMax), deadline);
    }
    if (end !== 'delivered') this.#log.warning('answer_undelivered', { request_id: requestId, reason: end });
  }
}

/** A command's name in the log: a known one, since an unknown one may be anything. */
const shown = (command) => (COMMANDS.has(command) ? command : '(unknown)');
