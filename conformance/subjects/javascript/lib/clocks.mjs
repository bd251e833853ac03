// Monotonic time in seconds, waits that can be given up, and the gateway's clock.

export const now = () => performance.now() / 1000;

/** Resolves after `seconds`, or at once when `signal` aborts; never rejects. */
export function sleep(seconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(seconds * 1000, 2 ** 31 - 1));
    signal?.addEventListener('abort', done);
  });
}

/** A signal that aborts after `seconds`; node takes whole milliseconds only. */
export const endOf = (seconds) => AbortSignal.timeout(Math.ceil(Math.min(Math.max(seconds, 0), 1e6) * 1000));

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Seconds since 1970 of an RFC 3339 text, null if it is none. */
export function parseTime(text) {
  if (typeof text !== 'string' || !RFC3339.test(text)) return null;
  const time = Date.parse(text.replace(' ', 'T').toUpperCase());
  return Number.isNaN(time) ? null : time / 1000;
}

const SAMPLES_MAX = 8;
const JUMP_SECONDS = 60;

/** What the gateway's clock shows: by the heartbeats' stamps, else by the Date header, else by our own. */
export class GatewayClock {
  #date = null;
  #offsets = [];

  onStream(dateHeader, at) {
    this.#offsets = [];
    const date = Date.parse(dateHeader ?? '');
    this.#date = Number.isNaN(date) ? null : date / 1000 - at;
  }

  onHeartbeat(stamp, at) {
    if (stamp === null) return;
    const offset = stamp - at;
    if (offset + JUMP_SECONDS < Math.max(...this.#offsets)) this.#offsets = []; // the gateway's clock was put back
    this.#offsets.push(offset);
    if (this.#offsets.length > SAMPLES_MAX) this.#offsets.shift();
  }

  at(moment) {
    if (this.#offsets.length > 0) return moment + Math.max(...this.#offsets); // the least delayed
    return this.#date === null ? Date.now() / 1000 : moment + this.#date;
  }
}

/** By timeout or by deadline, whichever comes first, on the clock that `at` is of. */
export function deadlineOf(timeoutSeconds, deadline, at, gatewayNow) {
  return deadline === null ? at + timeoutSeconds : at + Math.max(0, Math.min(timeoutSeconds, deadline - gatewayNow));
}
