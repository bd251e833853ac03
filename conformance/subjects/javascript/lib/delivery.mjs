// Posting to the gateway over two kept connections, and posting answers again until they are taken.
import { endOf, now, sleep } from './clocks.mjs';
import { ExchangeFailed, Lane, retryAfter } from './http.mjs';

const PROMPT_BYTES_MAX = 64 * 1024; // longer bodies go by a connection of their own
const TRIES_MIN = 3; // made even if the deadline passes meanwhile ...
const GRACE_SECONDS = 5; // ... but by at most this much
const KEY_HOLD_SECONDS = 60; // how long nothing is posted after a 401, unless the stream is accepted meanwhile

export class Channel {
  #identity;
  #settings;
  #log;
  #lanes;
  #refusedAt = -Infinity;

  constructor(identity, ca, settings, log) {
    this.#identity = identity;
    this.#settings = settings;
    this.#log = log;
    const options = { ca, dialSeconds: settings.dialTimeoutSeconds };
    this.#lanes = { prompt: new Lane(options), bulk: new Lane(options) };
  }

  get headers() {
    return { Authorization: `Bearer ${this.#identity.key}`, 'User-Agent': 'outbound-agent' };
  }

  onKeyRefused() { this.#refusedAt = now(); }
  onKeyAccepted() { this.#refusedAt = -Infinity; }
  get keyRefused() { return now() - this.#refusedAt < KEY_HOLD_SECONDS; }

  /** {status, retryAfterSeconds}; status 0 when there was no answer. */
  async post(path, body, giveUpAt, signal) {
    if (this.keyRefused) return { status: 401, retryAfterSeconds: 0 };
    const lane = body.length > PROMPT_BYTES_MAX ? this.#lanes.bulk : this.#lanes.prompt;
    const headers = { ...this.headers, 'Content-Type': 'application/json', Accept: 'application/json', 'Content-Length': body.length };
    const late = endOf(giveUpAt - now());
    try {
      const response = await lane.exchange({ url: this.#identity.gateway + path, method: 'POST', headers, body },
        this.#settings.responseTryTimeoutSeconds, AbortSignal.any([late, signal]));
      if (response.statusCode === 401) {
        this.onKeyRefused();
        this.#log.error('key_rejected', { status: 401 });
      }
      return { status: response.statusCode, retryAfterSeconds: retryAfter(response.headers) };
    } catch (problem) {
      if (problem instanceof ExchangeFailed || problem.code) return { status: 0, retryAfterSeconds: 0 };
      throw problem;
    }
  }

  close() {
    this.#lanes.prompt.close();
    this.#lanes.bulk.close();
  }
}

const isWorthRepeating = (status) => [0, 408, 425, 429].includes(status) || status >= 500;

/** Whether and when to post an answer again: jittered pauses from half of an envelope that doubles to all of it. */
export class Retry {
  #settings;
  #deadline;
  #random;
  #tries = 0;

  constructor(settings, deadline, random = Math.random) {
    this.#settings = settings;
    this.#deadline = deadline;
    this.#random = random;
  }

  /** Seconds to wait before the next try, null to give up. */
  delayAfter(floor, at) {
    this.#tries += 1;
    const { responseRetryInitialSeconds: initial, responseRetryCapSeconds: cap } = this.#settings;
    const envelope = Math.min(initial * 2 ** Math.min(this.#tries - 1, 32), cap);
    let delay = floor > 0 ? floor + envelope * this.#random() : envelope * (0.5 + this.#random() / 2);
    const owed = this.#tries < TRIES_MIN;
    const left = this.#deadline + (owed ? GRACE_SECONDS : 0) - at;
    if (owed) delay = Math.max(floor, Math.min(delay, left / (TRIES_MIN - this.#tries + 1))); // time for each try that is still owed
    return delay < left ? delay : null;
  }
}

/** Posts an answer until it is taken or its time is over; "delivered", or why not. */
export async function deliver({ channel, settings, log, signal }, requestId, body, deadline) {
  const retry = new Retry(settings, deadline);
  for (;;) {
    const { status, retryAfterSeconds } = await channel.post(`/agent/response/${encodeURIComponent(requestId)}`, body,
      deadline + GRACE_SECONDS, signal);
    if (status >= 200 && status < 300) return 'delivered';
    if (status === 401 || status === 403) return 'key_refused';
    if (status === 413) return 'too_large';
    if (!isWorthRepeating(status)) return 'refused';
    const delay = retry.delayAfter(retryAfterSeconds, now());
    if (delay === null || signal.aborted) return 'given_up';
    log.warning('response_retried', { request_id: requestId, status, delay_seconds: delay });
    await sleep(delay, signal);
  }
}
