// The one stream to the gateway: dial, ask, read, wait, again. Eventsource parses it; everything else about it is decided here.
import { rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { EventSource } from 'eventsource';
import { Backoff } from './backoff.mjs';
import { deadlineOf, now, parseTime, sleep } from './clocks.mjs';
import { EventTooLarge, StreamGuard } from './guard.mjs';
import { ExchangeFailed, retryAfter, send } from './http.mjs';
import * as messages from './messages.mjs';

export const KEY_REFUSED = 3; // exit codes
export const GATEWAY_SENT_AWAY = 4;

/** Why a response is no stream of ours, null if it is one. */
export function refusal(status, contentType = '') {
  if (status === 401 || status === 403) return 'key_refused';
  if (status === 204) return 'no_content';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server_error';
  if (status >= 300 && status < 400) return 'redirected';
  if (status !== 200) return 'unexpected_status';
  return contentType.split(';')[0].trim().toLowerCase() === 'text/event-stream' ? null : 'not_an_event_stream';
}

/**
 * One attempt. Eventsource would come back by itself, after three seconds and without jitter, so there is one EventSource an attempt,
 * closed at its first trouble; its `fetch` is ours, for the key, the authority, the limits and what the statuses mean.
 */
class Attempt {
  connectedAt = null;
  lastByte = now();
  status = 0;
  floorSeconds = 0;
  #settings;
  #guard;
  #heartbeatInterval;
  #source;
  #abort = new AbortController();
  #watchdog = null;
  #end;

  constructor(settings, handlers) {
    this.#settings = settings;
    this.#guard = new StreamGuard(settings.eventBytesMax);
    this.#heartbeatInterval = settings.heartbeatIntervalSeconds;
    this.handlers = handlers;
  }

  get retrySeconds() { return this.#guard.retrySeconds; }

  /** Resolves with {reason, error} when the attempt is over; no event comes after that. */
  run({ url, headers, ca, lastEventId }) {
    return new Promise((resolve) => {
      this.#end = (reason, error = '') => {
        clearTimeout(this.#watchdog);
        this.#source.close();
        this.#abort.abort();
        this.#end = () => {};
        resolve({ reason, error });
      };
      const withId = lastEventId ? { 'Last-Event-ID': Buffer.from(lastEventId).toString('latin1') } : {};
      const fetch = (to, init) => this.#open(to, { ...init.headers, 'Cache-Control': 'no-cache', ...withId, ...headers }, ca);
      this.#source = new EventSource(url, { fetch });
      this.#source.addEventListener('error', (event) => {
        // An event that the gateway calls "error" comes by the same way.
        if (!(event instanceof MessageEvent)) this.#end('connection_lost', event.message);
      });
      for (const [type, handler] of Object.entries(this.handlers)) {
        this.#source.addEventListener(type, (event) => handler(this, event));
      }
    });
  }

  stop() { this.#end('stopping'); }

  onConnected(heartbeatInterval) {
    this.connectedAt ??= now();
    if (heartbeatInterval !== null) this.#heartbeatInterval = heartbeatInterval;
    this.#watch();
  }

  async #open(url, headers, ca) {
    try {
      const response = await send({
        url, headers, signal: this.#abort.signal, dialSeconds: this.#settings.dialTimeoutSeconds,
        headSeconds: this.#settings.headTimeoutSeconds, agent: new https.Agent({ ca, minVersion: 'TLSv1.2' }),
      });
      this.status = response.statusCode;
      const reason = refusal(this.status, response.headers['content-type']);
      if (reason) {
        this.floorSeconds = retryAfter(response.headers);
        this.#end(reason);
        throw new Error(reason);
      }
      this.handlers.onHead(response.headers);
      this.headAt = this.lastByte = now();
      this.#watch();
      return {
        status: 200, url: String(url), redirected: false, headers: new Headers({ 'Content-Type': 'text/event-stream' }), body: this.#body(response),
      };
    } catch (problem) {
      if (problem instanceof ExchangeFailed) this.#end(problem.reason, problem.message);
      throw problem;
    }
  }

  #body(response) {
    const chunks = response[Symbol.asyncIterator]();
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const { done, value } = await chunks.next();
          if (done) {
            this.#end('end_of_stream');
            return controller.close();
          }
          this.lastByte = now();
          this.#watch();
          controller.enqueue(this.#guard.take(value));
        } catch (problem) {
          // Told here, while the reason is known: eventsource passes on a text.
          this.#end(problem instanceof EventTooLarge ? 'event_too_large' : 'connection_lost', problem.message);
          controller.error(problem);
        }
      },
    });
  }

  /** Any byte counts, also that of a comment. */
  #watch() {
    const silentAt = this.lastByte + this.#heartbeatInterval * this.#settings.watchdogIntervals;
    const connectBy = this.connectedAt === null ? this.headAt + this.#settings.connectedTimeoutSeconds : Infinity;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#end(silentAt <= connectBy ? 'watchdog' : 'connected_timeout'),
      (Math.min(silentAt, connectBy) - now()) * 1000);
  }
}

export class GatewayStream {
  #parts;
  #backoff;
  #attempt = null;
  #stopping = new AbortController();
  #everConnected = false;
  #drainFloor = 0;
  #retrySeconds = 0;
  #lastEventId = '';

  /** `parts`: identity, settings, ca, instanceId, version, channel, metadata, commands, clock, log. */
  constructor(parts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.settings);
    this.probe = new ProbeFile(parts.identity.probeFile, parts.log);
  }

  get connected() { return this.#attempt !== null && this.#attempt.connectedAt !== null; }

  stop() {
    this.#stopping.abort();
    this.#attempt?.stop();
  }

  /** Resolves with an exit code when it must not try again, with null after stop(). */
  async run() {
    const { metadata } = this.#parts;
    await metadata.waitForFirst();
    while (!this.#stopping.signal.aborted) {
      const attempt = this.#attempt = new Attempt(this.#parts.settings, this.#handlers());
      const ended = await attempt.run(this.#request());
      this.#attempt = null;
      this.probe.setReady(false);
      const delay = this.#delayAfter(attempt, ended);
      if (ended.reason === 'no_content') return GATEWAY_SENT_AWAY;
      if (ended.reason === 'key_refused' && !this.#everConnected) return KEY_REFUSED;
      metadata.refreshIfOld();
      await sleep(delay, this.#stopping.signal);
    }
    return null;
  }

  #request() {
    const { identity, instanceId, version, ca, channel, metadata } = this.#parts;
    const facts = { agent_version: version, instance_id: instanceId, cluster_name: identity.clusterName, ...metadata.facts };
    const query = new URLSearchParams(Object.entries(facts).filter(([, value]) => value !== '' && value !== undefined));
    return { url: `${identity.gateway}/agent/connect?${query}`, headers: channel.headers, ca, lastEventId: this.#lastEventId };
  }

  #handlers() {
    const { clock, log, commands } = this.#parts;
    const reading = (read) => (attempt, event) => {
      if (event.lastEventId) this.#lastEventId = event.lastEventId;
      try {
        read(attempt, messages.parse(event.data));
      } catch (problem) {
        if (!(problem instanceof messages.BadMessage)) throw problem;
        log.warning('event_skipped', { type: event.type, reason: problem.message });
      }
    };
    const whenConnected = (read) => reading((attempt, message) => {
      if (attempt.connectedAt === null) throw new messages.BadMessage('not connected yet');
      read(message);
    });
    return {
      onHead: (headers) => clock.onStream(headers.date, now()),
      connected: reading((attempt, message) => this.#onConnected(attempt, message)),
      heartbeat: reading((attempt, message) => clock.onHeartbeat(parseTime(message.timestamp), now())),
      drain: reading((attempt, message) => { this.#drainFloor = Math.max(this.#drainFloor, messages.reconnectAfterOf(message)); }),
      command: whenConnected((message) => {
        const command = messages.commandOf(message);
        commands.onCommand(command, deadlineOf(command.timeoutSeconds, command.deadline, now(), clock.at(now())));
      }),
      cancel: whenConnected((message) => commands.onCancel(messages.requestIdOf(message))),
    };
  }

  #onConnected(attempt, message) {
    const { identity, instanceId, channel, log } = this.#parts;
    const again = attempt.connectedAt !== null;
    attempt.onConnected(messages.heartbeatIntervalOf(message));
    if (again) return;
    this.#everConnected = true;
    channel.onKeyAccepted();
    this.probe.setReady(true);
    const name = typeof message.cluster_name === 'string' ? message.cluster_name : identity.clusterName;
    log.info('connected_to_gateway', { cluster_name: name, cluster_id: message.cluster_id, instance_id: instanceId });
  }

  #delayAfter(attempt, { reason, error }) {
    const { identity, channel, log } = this.#parts;
    if (reason === 'key_refused') {
      channel.onKeyRefused();
      log.error('key_rejected', { status: attempt.status });
    }
    this.#retrySeconds = attempt.retrySeconds ?? this.#retrySeconds;
    const established = attempt.connectedAt !== null;
    // A peer that ends the stream was alive until now; silence proves nothing after its last byte.
    const healthySeconds = established ? (reason === 'watchdog' ? attempt.lastByte : now()) - attempt.connectedAt : 0;
    const floorSeconds = Math.max(attempt.floorSeconds, this.#drainFloor, this.#retrySeconds);
    this.#drainFloor = 0;
    const delay = this.#backoff.delayAfter({ established, healthySeconds, floorSeconds, keyRefused: channel.keyRefused });
    const fields = { cluster_name: identity.clusterName, reason, error };
    if (reason !== 'stopping') fields.retry_in_seconds = delay;
    if (established) log.info('disconnected', { ...fields, healthy_seconds: healthySeconds });
    else if (reason !== 'stopping') log.warning('connect_failed', { ...fields, status: attempt.status });
    return delay;
  }
}

/** Exists exactly while connected; the kubelet's readiness probe looks for it. */
class ProbeFile {
  #path;
  #log;
  #ready;

  constructor(path, log) {
    this.#path = path;
    this.#log = log;
    this.setReady(false);
  }

  setReady(ready) {
    if (ready === this.#ready) return;
    this.#ready = ready;
    try {
      if (ready) writeFileSync(this.#path, '');
      else rmSync(this.#path, { force: true });
    } catch (problem) {
      this.#log.warning('probe_file_failed', { path: this.#path, error: problem.message });
    }
  }
}
